// What lies at the root of both kinds of destination: format, check files, leases.

#include "core/engine/restore/verify_report.h"

namespace seabed::restore {
namespace {

/// Objects below a prefix that all must be such messages.
template <class Message>
Status verify_all(const Medium& medium, const std::string& prefix, FileType type, Findings* findings) {
  SEABED_TRY(auto entries, medium.list(prefix));
  for (const ListEntry& e : entries) {
    Message message;
    auto s = medium.read_message(e.key, type, &message);
    if (s)
      findings->file_done(prefix);
    else if (s.error().code != Code::kNotFound)
      SEABED_CHECK(findings->take(s.error()));  // replaced while we look
  }
  return ok();
}

}  // namespace

Status verify_destination(const Medium& medium, Findings* findings) {
  meta::FormatInfo format;
  SEABED_TRY(bool good, check_message(medium, paths::format(), FileType::kFormat, &format, findings));
  if (!good) return ok();
  SEABED_TRY(bool checked, any_object(*medium.store, paths::check_files(), medium.io()));
  if (!checked) findings->error(medium.name(paths::check_files()), "holds no connectivity check");
  SEABED_CHECK(verify_all<meta::CheckFile>(medium, paths::check_files(), FileType::kCheckFile, findings));
  return verify_all<meta::Lease>(medium, "leases/", FileType::kLease, findings);
}

}  // namespace seabed::restore
