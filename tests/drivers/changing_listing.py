"""A container that changes while it is listed."""
import threading


def check_changing_listing(case, store, other, rounds=5):
    """Names that stay are listed once each, in order, whatever `other` makes and removes between the pages."""
    stay = [f"stay/{n:03}" for n in range(60)]
    for name in stay:
        store.put(name, b"x")
    stop = threading.Event()

    def change():
        guests = [f"stay/{n:03}-guest" for n in range(0, 60, 7)]
        while not stop.is_set():
            for name in guests:
                other.put(name, b"x")
            other.remove(guests)
    worker = threading.Thread(target=change)
    worker.start()
    try:
        for _ in range(rounds):
            seen = [key for key, _ in store.list(page=7)]
            case.equal([key for key in seen if not key.endswith("-guest")], stay, "names that stay")
            case.equal(seen, sorted(set(seen)), "names in order, told once")
    finally:
        stop.set()
        worker.join()
