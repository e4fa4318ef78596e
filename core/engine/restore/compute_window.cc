// seabed window: the union of what every base can reach, with the gaps and holes in between.

#include "core/engine/restore/media_facts.h"
#include "core/engine/restore/window.h"
#include "core/engine/restore/window_gaps.h"

namespace seabed {

Result<Window> compute_window(EngineContext& context, const RestoreSource& source) {
  CancelToken cancel;
  SEABED_TRY(auto media, restore::load_media(context, source, cancel));
  Window window;
  window.tenant = media->tenant.tenant_name();
  window.time_zone = media->zone;
  window.mode = media->mode == TenantMode::kOracle ? "oracle" : "mysql";
  window.ranges = restore::window_of(media->bases, media->spans);
  SEABED_TRY(window.gaps, restore::gaps_of(*media, window.ranges));
  window.holes = std::move(media->holes);
  return window;
}

}  // namespace seabed
