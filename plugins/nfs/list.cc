#include "nfs_store.h"

namespace seabed_nfs {

// The token is the last key of the page, so that any process can go on from it. Keys handed to the host stay
// handed: a stale handle in the middle of a page goes on behind the last one.
int32_t NfsStore::list(ListCall& call, const Context& context, Error& error) {
  std::string last = call.token;
  uint32_t count = 0;
  return operate(context, error, [&](Call& nfs) -> int32_t {
    auto walker = last.empty() ? nullptr : walkers_.take(call.scope, last);
    if (walker != nullptr && !walker->fresh(nfs)) walker = nullptr;
    if (!nfs.connection.rpc().alive()) return nfs.code;
    if (walker == nullptr) {
      walker = std::make_unique<Walker>(call.scope, last);
      if (const int32_t code = walker->open(nfs, directories_)) return code;
    }
    int32_t code = SEABED_OK;
    Walker::Entry entry;
    for (; count < call.max; ++count) {
      if (!walker->next(nfs, directories_, &entry, &code)) return code;
      const seabed_list_entry out{sizeof out, 0, entry.key.c_str(), entry.size, entry.modified_ns};
      if (!call.sink(out)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
      last = entry.key;
    }
    if (!call.next.assign(last.data(), last.size()))
      return error.fail(SEABED_INVALID_ARGUMENT, "holds a path that is too long to be a key");
    walkers_.keep(call.scope, last, std::move(walker));
    return SEABED_OK;
  });
}

}  // namespace seabed_nfs
