// A drill's report as it comes from anywhere: one that is not what was signed is refused, and nothing else happens.

#include "core/engine/drill/report.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/scratch_file.h"

using namespace seabed;
using namespace seabed::drill;

namespace {
const SigningKey& key() {
  static const ScratchFile place("unused");
  static const auto made = SigningKey::load_or_make(place.directory);
  fuzz_expect(made.has_value());
  return *made;
}

std::string report() {
  Report r;
  r.drill_id = 7, r.cluster_name = "alpha", r.tenant_name = "shop", r.moment = "latest", r.target = 5;
  r.sets = {"backup_set_1_full"};
  r.warnings = {"a warning"};
  const auto bytes = encode_report(r, key());
  fuzz_expect(bytes.has_value());
  return *bytes;
}
}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string signed_once = report();
  const std::string bytes(fuzz_view(data, size));
  if (check_report(bytes, key().public_key(), "fuzz")) fuzz_expect(bytes == signed_once);
  return 0;
}

std::vector<std::string> fuzz_seeds() { return {report()}; }
