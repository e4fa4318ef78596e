#include "core/engine/clean/trim_catalog.h"

#include "core/catalog/events.h"
#include "core/catalog/ls_progress.h"

namespace seabed::clean {

Status trim_catalog(EngineContext& context) {
  return context.catalog->transact([](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::trim_progress(tx));
    return catalog::trim_events(tx, kEventsKept);
  });
}

}  // namespace seabed::clean
