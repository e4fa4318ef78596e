#include "core/engine/restore/hole_cover.h"

#include "core/engine/restore/media_facts.h"

namespace seabed::restore {
namespace {

LogHole to_hole(const meta::HoleRecord& h) {
  return {h.scn_lo(), Lsn{h.lsn()}, h.reason(), h.detail()};
}

}  // namespace

bool covers_hole(EngineContext& context, const meta::LsMetaInfos& base, const meta::HoleRecord& hole) {
  for (const meta::LsMetaInfo& ls : base.ls()) {
    if (ls.ls_id() != hole.ls_id()) continue;
    if (hole.lsn() < ls.start_replay_lsn()) return true;
    auto adapter = adapter_of(context, ls.engine());
    return adapter && (*adapter)->rules().covers(ls.recovery(), to_hole(hole));
  }
  return true;
}

}  // namespace seabed::restore
