import httpx
from tests.serving import serving


def test_try(database_url: str) -> None:
    with serving(env={"DATABASE_URL": database_url}, workers=2) as served:
        assert httpx.get(f"{served.url}/health/ready").status_code == 200
        print(served.stop())
        print(served.log())
    pass
