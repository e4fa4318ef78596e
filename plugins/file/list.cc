#include "file_store.h"

namespace seabed_file {

// The token is the last key of the page, so that any process can go on from it.
int32_t FileStore::list(ListCall& call, const Context& context, Error& error) {
  if (const int32_t code = context.check(error)) return code;
  auto walker = call.token[0] == 0 ? nullptr : walkers_.take(call.scope, call.token);
  if (walker == nullptr) {
    Fd root;
    const int32_t opened = root_.open(false, &root, error);
    if (opened == SEABED_NOT_FOUND) return SEABED_OK;  // nothing was ever written
    if (opened != SEABED_OK) return opened;
    walker = std::make_unique<Walker>();
    if (const int32_t code = walker->open(std::move(root), call.scope, call.token, error)) return code;
  }
  int32_t code = SEABED_OK;
  Walker::Entry entry;
  for (uint32_t count = 0; count < call.max; ++count) {
    if (!walker->next(&entry, context, &code, error)) return code;
    const seabed_list_entry out{sizeof out, 0, entry.key.c_str(), entry.size, entry.modified_ns};
    if (!call.sink(out)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
  }
  if (!call.next.assign(entry.key.data(), entry.key.size()))
    return error.fail(SEABED_INVALID_ARGUMENT, "holds a path that is too long to be a key");
  walkers_.keep(call.scope, entry.key, std::move(walker));
  return SEABED_OK;
}

}  // namespace seabed_file
