"""Who may change products; everybody may read them."""

from fastapi import Depends

from chassis.auth.guards import Requires

MAY_WRITE = Depends(Requires("products:write"))
