// seabed_tenant.json of a staged directory, which somebody may have edited: what decodes encodes to the same again.

#include "core/engine/restore/restore_state.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;
using namespace seabed::restore;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto state = decode_state(std::string(fuzz_view(data, size)), "fuzz");
  if (!state) return 0;
  const std::string text = encode_state(*state);
  const auto again = decode_state(text, "fuzz");
  fuzz_expect(again && encode_state(*again) == text);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  RestoreState state;
  state.stream_names = {"orders.db"};
  state.auxiliary = {"shop/t1.frm"};
  state.parameters = {{"archive_lag_target", "1s"}};
  StreamResult& stream = state.streams.emplace_back();
  stream.engine = "rocksdb";
  stream.name = "orders.db";
  stream.outcome.ls_id = 1001;
  return {encode_state(state), encode_state({})};
}
