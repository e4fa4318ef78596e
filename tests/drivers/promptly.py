"""Deadlines and cancel, which a driver hears within a second."""
WITHIN = 1.5  # s


def promptly(case, what, attempt, tries=4):
    """attempt() gives how many seconds behind its deadline or cancel a call came back. The best of some tries counts: a machine
    that is busy with other tests is late at times, a driver that does not look is always."""
    late = []
    while len(late) < tries and (not late or min(late) >= WITHIN):
        late.append(attempt())
    case.true(min(late) < WITHIN, f"{what} came back {', '.join(f'{s:.1f}' for s in late)} s late")
