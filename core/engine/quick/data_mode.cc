#include "core/engine/quick/data_mode.h"

#include "core/base/log.h"
#include "core/catalog/standbys.h"
#include "core/engine/restore/restore_state.h"

namespace seabed::quick {

void note_data_mode(EngineContext& context, const std::string& directory) {
  if (!context.catalog) return;
  const Status done = context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto sources, catalog::list_log_sources(tx));
    for (catalog::LogSourceRow row : sources) {
      if (!directory.empty() && row.directory != directory) continue;
      const auto state = restore::read_state(row.directory);
      if (!state || !*state) continue;
      const std::string mode = (*state)->remote ? "REMOTE" : "NORMAL";
      if (row.data_mode == mode) continue;
      row.data_mode = mode;
      SEABED_CHECK(catalog::put_log_source(tx, row));
    }
    return ok();
  });
  if (!done) log::warn("RESTORE_DATA_MODE is not up to date: {}", done.error().message());
}

}  // namespace seabed::quick
