import time
from tests.authorization.stage import Stage

async def test_x(stage: Stage) -> None:
    t=time.time()
    d0 = await stage.digest()
    print("digest", time.time()-t)
    t=time.time()
    for name, who in stage.people.items():
        async with stage.scene():
            a = await who.get("/demands/"+stage.demands["ours"])
            print(name, a.status_code, len(a.text))
    print("16 gets", time.time()-t)
    assert d0 == await stage.digest()
    async with stage.scene():
        await stage.people["stranger"].post("/demands", {"description":"x","region_code":"110107003024"})
        assert d0 != await stage.digest()
    assert d0 == await stage.digest()
