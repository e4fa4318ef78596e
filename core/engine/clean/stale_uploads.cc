#include "core/engine/clean/stale_uploads.h"

#include "core/base/log.h"
#include "core/media/paths.h"
#include "core/media/reader_lease.h"

namespace seabed::clean {
namespace {

bool being_written(const Stock& stock, const std::string& key) {
  const auto set = paths::parse_set_dir(key.substr(0, key.find('/')));
  if (!set) return false;
  for (const auto& row : stock.sets)
    if (row.backup_set_id == set->id && row.status == "DOING") return true;
  return false;
}

}  // namespace

Result<uint64_t> abort_stale_uploads(ObjectStore& store, const Stock& stock, Scn now,
                                     std::chrono::milliseconds age, const IoContext& io) {
  if (!store.capabilities().list_uploads) return uint64_t{0};
  SEABED_TRY(const auto uploads, store.list_uploads("", io));
  const auto old = static_cast<uint64_t>(std::chrono::nanoseconds(age).count());
  uint64_t aborted = 0;
  for (const auto& upload : uploads) {
    const bool stale = upload.started_ns != 0 && upload.started_ns < now && now - upload.started_ns > old;
    if (!stale || being_written(stock, upload.key)) continue;
    if (const auto gone = store.abort_upload(upload.key, upload.upload_id, io);
        !gone && gone.error().code != Code::kNotFound)
      return fail(gone.error());
    ++aborted;
  }
  return aborted;
}

void tidy_up(EngineContext& context, const CleanLook& look, const CleanTools& tools,
             const CancelToken& cancel) {
  const Scn now = context.clock->read().now;
  for (const CleanPlace& place : look.places) {
    const auto aborted =
        abort_stale_uploads(*place.store, look.facts.stock, now, tools.upload_age, clean_io(context, cancel));
    if (!aborted)
      log::warn("cleanup: stale uploads of {}: {}", place.row.path, aborted.error().message());
    else if (*aborted)
      log::info("cleanup: {} stale uploads of {} aborted", *aborted, place.row.path);
    remove_old_leases(*place.store, now, clean_io(context, cancel));
  }
}

}  // namespace seabed::clean
