"""Who may do what to what: every route, every role, every ownership, one cell each.

`401` and `404` and `403` are answered for what they say; `yes` is done, or refused for its state (409).
"""

from tests.authorization import activity_expectations as activities
from tests.authorization import cobuilding_expectations as cobuilding
from tests.authorization import observation_expectations as observations
from tests.authorization.tables import Table, table

SEES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      yes   yes   yes    yes yes      yes     yes     yes   yes  404       yes      yes      yes   yes
unpublished              401    404      404   404   404    404 404      404     404     404   yes  404       yes      yes      yes   yes
published                401    404      404   404   yes    yes yes      yes     yes     yes   yes  404       yes      yes      yes   yes
for all                  401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

ROLES = list(SEES["absent"])
"""Nobody is not signed in; the elder is whom it was filed for; far is a member out of reach; the claimant holds
a live claim, the liaison's organization another, on which serving serves; other is another organization's
liaison; desk, neighbour and district are dispatchers of the handler, of the community beside it and of the
district above them; the observer and the chief, an admin, are the district's; the admin is everywhere's."""

DESK = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      403   403   403    403 403      403     403     403   yes  404       yes      403      yes   yes
unpublished              401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
published                401    404      404   404   403    403 403      403     403     403   yes  404       yes      403      yes   yes
for all                  401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

ABOVE = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      403   403   403    403 403      403     403     403   403  404       yes      403      yes   yes
unpublished              401    404      404   404   404    404 404      404     404     404   403  404       yes      403      yes   yes
published                401    404      404   404   403    403 403      403     403     403   403  404       yes      403      yes   yes
for all                  401    403      403   403   403    403 403      403     403     403   403  403       yes      403      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  403       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""The desk of the subdistrict above the handler, or higher: the district's covers every one of its subdistricts."""

FILER = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      yes   yes   403    403 403      403     403     403   403  404       403      403      403   403
unpublished              401    404      404   404   404    404 404      404     404     404   403  404       403      403      403   403
published                401    404      404   404   403    403 403      403     403     403   403  404       403      403      403   403
for all                  401    403      403   403   403    403 403      403     403     403   403  403       403      403      403   403
next door                401    404      404   404   404    404 404      404     404     404   404  403       403      403      403   403
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   403
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

CONCERNED = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      yes   yes   403    403 yes      yes     yes     403   yes  404       yes      403      yes   yes
unpublished              401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
published                401    404      404   404   403    403 403      403     403     403   yes  404       yes      403      yes   yes
for all                  401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

FOR_UNIT = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      403   403   403    403 403      403     yes     403   403  404       403      403      403   403
unpublished              401    404      404   404   404    404 404      404     404     404   403  404       403      403      403   403
published                401    404      404   404   403    403 403      403     yes     403   403  404       403      403      403   403
for all                  401    403      403   403   403    403 403      403     yes     403   403  403       403      403      403   403
next door                401    404      404   404   404    404 404      404     404     404   404  403       403      403      403   403
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   403
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SEES_CLAIM = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      yes   yes   404    404 yes      404     404     404   yes  404       yes      yes      yes   yes
unit's                   401    404      yes   yes   404    404 404      yes     yes     404   yes  404       yes      yes      yes   yes
same community           401    404      404   404   404    404 404      404     404     404   yes  404       yes      yes      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SERVES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      403   403   404    404 yes      404     404     404   yes  404       yes      403      yes   yes
unit's                   401    404      403   403   404    404 404      403     yes     404   yes  404       yes      403      yes   yes
same community           401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

VOUCHES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      yes   yes   404    404 403      404     404     404   yes  404       yes      403      yes   yes
unit's                   401    404      yes   yes   404    404 404      403     403     404   yes  404       yes      403      yes   yes
same community           401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SAYS_ABSENT = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      403   403   404    404 403      404     404     404   yes  404       yes      403      yes   yes
unit's                   401    404      403   403   404    404 404      403     403     404   yes  404       yes      403      yes   yes
same community           401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

MERGES = DESK | {"next door": DESK["next door"] | {"neighbour": "403"}}
"""Both desks' rights: the target is the handler's own."""

JOINS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  404       yes      yes      yes   yes
unpublished              401    yes      yes   yes   yes    404 yes      yes     yes     yes   yes  404       yes      yes      yes   yes
published                401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  404       yes      yes      yes   yes
for all                  401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
next door                401    yes      yes   yes   yes    404 yes      yes     yes     yes   404  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    yes 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""Who lives within reach may join a request that they need not see; who sees it from afar is told that it is not for
them."""

SERVED = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      403   403   404    404 yes      404     404     404   403  404       403      403      403   403
unit's                   401    404      403   403   404    404 404      yes     403     404   403  404       403      403      403   403
same community           401    404      404   404   404    404 404      404     404     404   403  404       403      403      403   403
next door                401    404      404   404   404    404 404      404     404     404   404  403       403      403      403   403
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   403
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

HEARS_FEEDBACK = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      403   403   404    404 yes      404     404     404   yes  404       yes      yes      yes   yes
unit's                   401    404      403   403   404    404 404      yes     yes     404   yes  404       yes      yes      yes   yes
same community           401    404      404   404   404    404 404      404     404     404   yes  404       yes      yes      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

HEARS_RATING = HEARS_FEEDBACK | {"unit's": HEARS_FEEDBACK["unit's"] | {"serving": "403"}}
"""The department's liaison hears it, as does whoever answers for themselves."""

MEMBER_HOURS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      404   404   404    404 yes      404     404     404   yes  404       yes      yes      yes   yes
serving's                401    404      404   404   404    404 404      yes     yes     404   yes  404       yes      yes      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      yes      yes   yes
far's                    401    404      404   404   404    yes 404      404     404     404   404  404       404      404      404   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

ORGANIZATION_HOURS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
unit                     401    404      404   404   404    404 404      404     yes     404   yes  404       yes      yes      yes   yes
other unit               401    404      404   404   404    404 404      404     404     yes   yes  404       yes      yes      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

MERGES_MEMBER = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
serving's                401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  404       yes      403      yes   yes
far's                    401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""Both entries must be in sight: the other one is our community's."""

UNMERGES_MEMBER = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
serving's                401    404      404   404   404    404 404      404     yes     404   yes  404       yes      403      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      403      yes   yes
far's                    401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SENT = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
desk's                   401    404      404   404   404    404 404      404     404     404   yes  404       404      404      404   404
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""Files are their sender's alone, the desks above included."""

DECIDES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
same community           401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      403      yes   yes
across                   401    404      404   404   404    404 404      404     404     404   404  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

READS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
filer's                  401    404      yes   404   404    404 404      404     404     404   404  404       404      404      404   404
elder's                  401    404      404   yes   404    404 404      404     404     404   404  404       404      404      404   404
desk's                   401    404      404   404   404    404 404      404     404     404   yes  404       404      404      404   404
admin's                  401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SEES_APPEAL = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
filer's                  401    404      yes   404   404    404 404      404     404     404   yes  404       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

DECIDES_APPEAL = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
filer's                  401    404      403   404   404    404 404      404     404     404   403  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

WITHDRAWS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
filer's                  401    404      yes   404   404    404 404      404     404     404   403  404       403      403      403   403
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   403
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SEES_COMPLAINT = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
filer's                  401    404      yes   404   404    404 404      404     404     404   yes  404       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

ANSWERS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
filer's                  401    404      403   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SEES_ENROLLMENT = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      404   404   404    404 yes      404     404     404   yes  404       yes      yes      yes   yes
unit's                   401    404      404   404   404    404 404      404     yes     404   yes  404       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SEES_CERTIFICATE = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      404   404   404    404 yes      404     404     404   yes  404       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

REVOKES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      404   404   404    404 403      404     404     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

DECIDES_ENROLLMENT = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      404   404   404    404 403      404     404     404   yes  404       yes      403      yes   yes
unit's                   401    404      404   404   404    404 404      404     403     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

ENROLLED = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      404   404   404    404 yes      404     404     404   yes  404       yes      403      yes   yes
unit's                   401    404      404   404   404    404 404      404     yes     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

ENDS_DESIGNATION = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
unit's                   401    404      404   404   404    404 404      403     403     403   yes  403       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     403     403   403  403       403      403      403   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SEES_MUSTER = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
unit's                   401    404      404   404   404    404 404      yes     yes     404   yes  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    yes 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

COUNTS_MUSTER = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
unit's                   401    404      404   404   404    404 404      403     yes     404   yes  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    403 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

CLOSES_MUSTER = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
unit's                   401    404      404   404   404    404 404      403     403     404   403  403       yes      403      yes   yes
elsewhere                401    404      404   404   404    403 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

EVALUATIONS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      yes   yes   403    403 403      403     403     403   yes  404       yes      yes      yes   yes
unpublished              401    404      404   404   404    404 404      404     404     404   yes  404       yes      yes      yes   yes
published                401    404      404   404   403    403 403      403     403     403   yes  404       yes      yes      yes   yes
for all                  401    403      403   403   403    403 403      403     403     403   yes  403       yes      yes      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SHOWN = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
of ours                  401    404      yes   yes   404    404 yes      yes     yes     404   yes  404       yes      404      yes   yes
of a wish                401    404      yes   yes   404    404 404      404     404     404   yes  404       yes      404      yes   yes
of the claimant's        401    404      yes   yes   404    404 yes      404     404     404   yes  404       yes      404      yes   yes
of the unit's            401    404      yes   yes   404    404 404      yes     yes     404   yes  404       yes      404      yes   yes
published                401    404      404   404   404    404 404      404     404     404   yes  404       yes      404      yes   yes
for all                  401    404      404   404   404    404 404      404     404     404   yes  404       yes      404      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
unused                   401    404      yes   404   404    404 404      404     404     404   404  404       404      404      404   404
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SEES_PLACE = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   404    404 404      404     404     404   yes  404       yes      yes      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

HANGS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
next door                401    404      404   404   404    404 404      404     404     404   404  yes       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

PLAIN = table("""
                                      nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
GET /healthz                          yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /readyz                           yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /version                          yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /lifecycle                        yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /meta                             yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /privacy/documents                yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /demand-categories                yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /regions                          yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /regions/{code}                   yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /regions/{code} absent            404    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
POST /auth/wechat                     yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /auth/password                   yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /auth/refresh                    yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /auth/sign-out                   401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /auth/phone                      401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /me                               401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
PUT /me                               401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /me/consents                      401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /me/consents                     401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /me/export                        401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
DELETE /me                            401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /me/reveals                       401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /me/preferences                   401    403      403   403   yes    yes yes      yes     403     403   403  403       403      403      403   403
PUT /me/preferences                   401    403      403   403   yes    yes yes      yes     403     403   403  403       403      403      403   403
GET /me/hours                         401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /me/points                        401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /leaderboard                      401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /leaderboard of members           401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /members                          401    403      403   403   403    403 403      403     yes     yes   yes  yes       yes      yes      yes   yes
GET /members/bindings                 401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
GET /rosters/templates/{kind}         401    403      403   403   403    403 403      403     yes     yes   yes  yes       yes      403      yes   yes
GET /rosters/templates/{kind} of staff  401  403      403   403   403    403 403      403     403     403   403  403       403      403      yes   yes
POST /rosters/imports                 401    403      403   403   403    403 403      403     yes     yes   yes  yes       yes      403      yes   yes
POST /rosters/imports of organizations  401  403      403   403   403    403 403      403     403     403   yes  yes       yes      403      yes   yes
POST /rosters/imports of staff        401    403      403   403   403    403 403      403     403     403   403  403       403      403      yes   yes
POST /rosters/imports of enrollments  401    403      403   403   403    403 403      403     yes     yes   yes  yes       yes      403      yes   yes
GET /rosters/imports                  401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /organizations                    401    403      403   403   403    403 403      403     yes     yes   yes  yes       yes      yes      yes   yes
GET /policies                         401    403      403   403   403    403 403      403     403     403   403  403       403      403      403   yes
GET /policies of the community        401    403      403   403   403    403 403      403     403     403   403  403       403      403      yes   yes
GET /policies of the next             401    403      403   403   403    403 403      403     403     403   403  403       403      403      yes   yes
GET /policies of elsewhere            401    403      403   403   403    403 403      403     403     403   403  403       403      403      403   yes
PUT /policies/{key}                   401    403      403   403   403    403 403      403     403     403   403  403       403      403      403   yes
PUT /policies/{key} of the community  401    403      403   403   403    403 403      403     403     403   403  403       403      403      yes   yes
PUT /policies/{key} of the district   401    403      403   403   403    403 403      403     403     403   403  403       403      403      yes   yes
PUT /policies/{key} of elsewhere      401    403      403   403   403    403 403      403     403     403   403  403       403      403      403   yes
PUT /policies/{key} absent            401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
GET /calendar                         401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
PUT /calendar/{day}                   401    403      403   403   403    403 403      403     403     403   403  403       403      403      403   yes
PUT /calendar/{day} of the district   401    403      403   403   403    403 403      403     403     403   403  403       403      403      yes   yes
PUT /calendar/{day} of elsewhere      401    403      403   403   403    403 403      403     403     403   403  403       403      403      403   yes
GET /demands                          401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /demands open                     401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /demands desk                     401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
GET /demands region                   401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
GET /demands/similar                  401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /demands/counts                   401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /claims                           401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /claims organization              401    403      403   403   403    403 403      403     yes     yes   403  403       403      403      403   403
GET /claims desk                      401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
GET /notifications                    401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /notifications/counts             401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /notifications/quiet              401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
PUT /notifications/quiet              401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /notifications/read-all          401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /files                           401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /files/links/{token}              yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /files/links/{token} altered      404    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
POST /demands                         401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /demands elsewhere               401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /demands call                    401    403      403   403   403    403 403      403     yes     yes   yes  403       yes      403      yes   yes
POST /demands call next door          401    403      403   403   403    403 403      403     yes     yes   403  yes       yes      403      yes   yes
POST /demands call elsewhere          401    403      403   403   403    403 403      403     403     403   403  403       403      403      403   yes
POST /demands and dispatch            401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
POST /demands and dispatch elsewhere  401    403      403   403   403    403 403      403     403     403   403  403       403      403      403   yes
GET /appeals                          401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /appeals desk                     401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
POST /appeals                         401    404      yes   404   404    404 404      404     404     404   403  404       403      403      403   403
GET /complaints                       401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /complaints desk                  401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
GET /complaints region                401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
POST /complaints                      401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /places                           401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
POST /places                          401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
POST /places elsewhere                401    403      403   403   403    403 403      403     403     403   403  403       403      403      403   yes
GET /places/posters                   401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
GET /places/posters of elsewhere      401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
GET /me/code                          401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /receipts/{code}                  yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /receipts/{code} absent           404    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
GET /certified/{code}                 yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /certified/{code} absent          404    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
GET /certificates                     401    403      403   403   yes    yes yes      yes     403     403   yes  yes       yes      yes      yes   yes
POST /certificates                    401    403      403   403   yes    yes yes      yes     403     403   403  403       403      403      403   403
POST /certificates for a member       401    403      403   403   403    403 yes      403     403     403   yes  403       yes      403      yes   yes
GET /enrollments                      401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /enrollments organization         401    403      403   403   403    403 403      403     yes     yes   403  403       403      403      403   403
GET /enrollments desk                 401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
GET /enrollments region               401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
GET /enrollments/counts               401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
POST /enrollments                     401    403      403   403   yes    yes yes      yes     403     403   403  403       403      403      403   403
POST /enrollments for a member        401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
POST /enrollments for the unit        401    403      403   403   403    403 403      403     yes     403   yes  403       yes      403      yes   yes
GET /enrollments/statistics           401    403      403   403   403    403 403      403     403     403   yes  403       yes      yes      yes   yes
GET /enrollments/statistics.xlsx      401    403      403   403   403    403 403      403     403     403   yes  403       yes      yes      yes   yes
GET /designations                     401    403      403   403   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /designations                    401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
GET /musters                          401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /musters                         401    403      403   403   403    403 403      403     403     403   403  403       yes      403      yes   yes
POST /enrollments/batch/confirm       401    403      403   403   403    403 403      403     403     403   yes  yes       yes      403      yes   yes
""")  # noqa: E501 - a table
PLAIN |= activities.PLAIN | cobuilding.PLAIN | observations.PLAIN

OF_THINGS: dict[str, Table] = {
    "GET /demands/{demand_id}": SEES,
    "GET /demands/{demand_id}/timeline": SEES,
    "GET /demands/{demand_id}/claims": SEES,
    "GET /demands/{demand_id}/reveals": FILER,
    "POST /demands/{demand_id}/supplement": FILER,
    "POST /demands/{demand_id}/cancel": FILER,
    "POST /demands/{demand_id}/messages": CONCERNED,
    "GET /demands/{demand_id}/candidates": DESK,
    "GET /demands/{demand_id}/candidates of organizations": DESK,
    "POST /demands/{demand_id}/dispatch": DESK,
    "POST /demands/{demand_id}/approve": ABOVE,
    "POST /demands/{demand_id}/send-back": ABOVE,
    "POST /demands/{demand_id}/return": DESK,
    "POST /demands/{demand_id}/reject": DESK,
    "POST /demands/{demand_id}/transfer": DESK,
    "POST /demands/{demand_id}/escalate": DESK,
    "POST /demands/{demand_id}/finish": DESK,
    "POST /demands/{demand_id}/close": DESK,
    "POST /demands/{demand_id}/reopen": DESK,
    "POST /demands/{demand_id}/merge": MERGES,
    "POST /demands/{demand_id}/unmerge": DESK,
    "POST /demands/{demand_id}/split": DESK,
    "POST /demands/{demand_id}/joins": JOINS,
    "POST /demands/{demand_id}/leave": SEES,
    "POST /demands/{demand_id}/evaluation": FILER,
    "POST /demands/{demand_id}/evaluation by callback": DESK,
    "POST /demands/{demand_id}/claims": SEES,
    "POST /demands/{demand_id}/claims for the unit": FOR_UNIT,
    "POST /demands/{demand_id}/claims for a member": DESK,
    "GET /claims/{claim_id}": SEES_CLAIM,
    "POST /claims/{claim_id}/accept": SERVES,
    "POST /claims/{claim_id}/decline": SERVES,
    "POST /claims/{claim_id}/contact": SERVES,
    "POST /claims/{claim_id}/withdraw": SERVES,
    "POST /claims/{claim_id}/arrive": SERVES,
    "POST /claims/{claim_id}/complete": SERVES,
    "POST /claims/{claim_id}/confirm": VOUCHES,
    "POST /claims/{claim_id}/no-show": SAYS_ABSENT,
    "PUT /claims/{claim_id}/members": SERVES,
    "POST /claims/{claim_id}/feedback": SERVED,
    "GET /claims/{claim_id}/feedback": HEARS_FEEDBACK,
    "POST /claims/{claim_id}/evaluation": SAYS_ABSENT,
    "GET /claims/{claim_id}/evaluation": HEARS_RATING,
    "GET /members/{member_id}/hours": MEMBER_HOURS,
    "GET /organizations/{organization_id}/hours": ORGANIZATION_HOURS,
    "POST /members/bindings/{binding_id}/decide": DECIDES,
    "POST /members/{member_id}/merge": MERGES_MEMBER,
    "POST /members/{member_id}/unmerge": UNMERGES_MEMBER,
    "POST /notifications/{notification_id}/read": READS,
    "GET /demands/{demand_id}/evaluations": EVALUATIONS,
    "GET /appeals/{appeal_id}": SEES_APPEAL,
    "POST /appeals/{appeal_id}/decide": DECIDES_APPEAL,
    "POST /appeals/{appeal_id}/withdraw": WITHDRAWS,
    "GET /complaints/{complaint_id}": SEES_COMPLAINT,
    "POST /complaints/{complaint_id}/answer": ANSWERS,
    "POST /complaints/{complaint_id}/raise-again": WITHDRAWS,
    "GET /enrollments/{enrollment_id}": SEES_ENROLLMENT,
    "GET /enrollments/{enrollment_id}/receipt": SEES_ENROLLMENT,
    "POST /enrollments/{enrollment_id}/confirm": DECIDES_ENROLLMENT,
    "POST /enrollments/{enrollment_id}/refuse": DECIDES_ENROLLMENT,
    "POST /enrollments/{enrollment_id}/let-go": DECIDES_ENROLLMENT,
    "POST /enrollments/{enrollment_id}/keep": DECIDES_ENROLLMENT,
    "POST /enrollments/{enrollment_id}/withdraw": ENROLLED,
    "POST /enrollments/{enrollment_id}/leave": ENROLLED,
    "POST /enrollments/{enrollment_id}/transfer": ENROLLED,
    "POST /designations/{designation_id}/end": ENDS_DESIGNATION,
    "GET /musters/{muster_id}": SEES_MUSTER,
    "GET /musters/{muster_id}/counts": COUNTS_MUSTER,
    "POST /musters/{muster_id}/close": CLOSES_MUSTER,
    "GET /certificates/{certificate_id}": SEES_CERTIFICATE,
    "GET /certificates/{certificate_id}/pdf": SEES_CERTIFICATE,
    "POST /certificates/{certificate_id}/revoke": REVOKES,
    "GET /files/{file_id}": SHOWN,
    "GET /places/{place_id}": SEES_PLACE,
    "GET /places/{place_id}/code": HANGS,
    "POST /places/{place_id}/renew": HANGS,
    "POST /places/{place_id}/revoke": HANGS,
    "GET /rosters/imports/{import_id}": SENT,
    "GET /rosters/imports/{import_id}/rows": SENT,
    "GET /rosters/imports/{import_id}/errors": SENT,
    "POST /rosters/imports/{import_id}/commit": SENT,
}
OF_THINGS |= activities.OF_THINGS | cobuilding.OF_THINGS | observations.OF_THINGS
"""What is asked of one thing; words after the route say what else is in the request."""


def route_of(asked: str) -> str:
    """The route of a row: its first two words."""
    return " ".join(asked.split()[:2])


COVERED = frozenset(route_of(asked) for asked in (*PLAIN, *OF_THINGS))
