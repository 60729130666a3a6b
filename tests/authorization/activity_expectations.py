"""Who may do what with activities, shifts, slots, sign-ups, late entries and scans: the cells of `expectations`."""

from tests.authorization.tables import Table, table

SEES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   yes    yes yes      yes     yes     yes   yes  404       yes      yes      yes   yes
for all                  401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
draft                    401    404      404   404   404    404 404      404     yes     404   yes  404       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""A published one is for members; one for all is for all; a draft is the desk's and its host's."""

ORGANIZES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   403    403 403      403     yes     403   yes  404       yes      403      yes   yes
for all                  401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
draft                    401    404      404   404   404    404 404      404     yes     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

RUNS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   403    403 403      yes     yes     403   yes  404       yes      403      yes   yes
for all                  401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
draft                    401    404      404   404   404    404 404      404     yes     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""The leader, who serves, as well."""

DESK_ALONE = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   403    403 403      403     403     403   yes  404       yes      403      yes   yes
for all                  401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
draft                    401    404      404   404   404    404 404      404     403     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

ON_THE_ROLL = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   403    403 403      yes     yes     403   yes  404       yes      yes      yes   yes
for all                  401    403      403   403   403    403 403      403     403     403   yes  403       yes      yes      yes   yes
draft                    401    404      404   404   404    404 404      404     yes     404   yes  404       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SEES_SIGN_UP = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      404   404   404    404 yes      yes     yes     404   yes  404       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

HOLDS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's               401    404      404   404   404    404 yes      yes     yes     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SECONDS = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

LETS_COUNT = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours                     401    404      404   404   404    404 404      yes     yes     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""A scan that waits: the desk's, its host's and its leader's, and never that of who scanned."""

PLAIN = table("""
                                      nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
GET /activities                       401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /activities desk                  401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
POST /activities                      401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
POST /activities for the unit         401    403      403   403   403    403 403      403     yes     403   yes  403       yes      403      yes   yes
GET /sign-ups                         401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /late-entries                     401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
POST /scans                           401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /scans                            401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /me/calendar                      401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /me/calendar                     401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
DELETE /me/calendar                   401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /calendars/regions/{code}         yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /calendars/regions/{code} absent  404    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
GET /calendars/links/{token}          yes    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /calendars/links/{token} altered  404    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

OF_THINGS: dict[str, Table] = {
    "GET /activities/{activity_id}": SEES,
    "PUT /activities/{activity_id}": ORGANIZES,
    "POST /activities/{activity_id}/publish": DESK_ALONE,
    "POST /activities/{activity_id}/shifts": ORGANIZES,
    "POST /activities/{activity_id}/cancel": ORGANIZES,
    "POST /shifts/{shift_id}/move": ORGANIZES,
    "POST /shifts/{shift_id}/cancel": ORGANIZES,
    "GET /shifts/{shift_id}/sign-ups": ON_THE_ROLL,
    "POST /shifts/{shift_id}/roll-call": RUNS,
    "POST /shifts/{shift_id}/late-entries": DESK_ALONE,
    "PUT /slots/{slot_id}": RUNS,
    "POST /slots/{slot_id}/sign-ups": SEES,
    "POST /slots/{slot_id}/sign-ups of a member": RUNS,
    "GET /sign-ups/{sign_up_id}": SEES_SIGN_UP,
    "POST /sign-ups/{sign_up_id}/accept": HOLDS,
    "POST /sign-ups/{sign_up_id}/cancel": HOLDS,
    "POST /late-entries/{entry_id}/decide": SECONDS,
    "POST /scans/{scan_id}/decide": LETS_COUNT,
}
