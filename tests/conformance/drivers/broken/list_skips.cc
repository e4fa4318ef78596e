// The token points at the next key, and the next page begins behind it: one key a page is lost.
#include <string>

#include "broken.h"

namespace broken {
struct ListSkips : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t list(ListCall& call, const Context& context, Error& error) override {
    acme::Journal::Lock lock;
    if (const int32_t code = begin(&lock, context, error)) return code;
    const std::string prefix = call.scope, token = call.token;
    const auto& all = medium_->objects.by_key;
    auto at = token.empty() ? all.lower_bound(prefix) : all.upper_bound(token);
    for (uint32_t n = 0; at != all.end() && at->first.compare(0, prefix.size(), prefix) == 0; ++at) {
      if (n++ == call.max) {
        call.next.assign(at->first.data(), at->first.size());
        break;
      }
      call.sink({sizeof(seabed_list_entry), 0, at->first.c_str(), at->second.size, 0});
    }
    return SEABED_OK;
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::ListSkips>)
