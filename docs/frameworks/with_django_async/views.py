from uuid import UUID

from chassis.database.reader import Reader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from products import create_product, get_product, product_in, shown
from with_django_async.apps import shop


@require_POST
async def create(request: HttpRequest) -> HttpResponse:
    given = product_in(request.body)
    async with shop().opened.database.transaction() as session:
        product = await create_product(session, given)
    return JsonResponse(shown(product), status=201)  # it is committed


@require_GET
async def get(_: HttpRequest, key: UUID) -> HttpResponse:
    product = await get_product(Reader(shop().opened.database), key)
    return JsonResponse(shown(product))


async def live(_: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


async def ready(_: HttpRequest) -> HttpResponse:
    available = await shop().opened.probe.check()
    said = {"status": "ok" if available else "unavailable"}
    return JsonResponse(said, status=200 if available else 503)
