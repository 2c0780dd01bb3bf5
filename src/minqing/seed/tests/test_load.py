from datetime import datetime
import time
import pytest
from minqing.seed.public import load, demonstration_accounts
from minqing.seed.world import LOCAL

@pytest.mark.django_db
def test_it_loads():
    t=time.time()
    loaded = load(at=datetime(2026, 11, 21, 15, tzinfo=LOCAL), scale=1.0, say=lambda s: print(round(time.time()-t,1), s))
    print(loaded, time.time()-t)
    for a in demonstration_accounts(): print(a)
