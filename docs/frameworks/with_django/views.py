from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from products import create_product, get_product, product_in, shown
from with_django.apps import shop


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    product = shop().database.transaction(create_product, product_in(request.body))
    return JsonResponse(shown(product), status=201)  # it is committed


@require_GET
def get(_: HttpRequest, key: UUID) -> HttpResponse:
    return JsonResponse(shown(shop().database.reading(get_product, key)))


def live(_: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def ready(_: HttpRequest) -> HttpResponse:
    available = shop().database.available()
    said = {"status": "ok" if available else "unavailable"}
    return JsonResponse(said, status=200 if available else 503)
