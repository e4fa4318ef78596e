#pragma once
// Whether a base already has what a hole left out of the log: the one answer for restores, which ask the media, and for
// the catalog's rows, which a backup closes.

#include "core/engine/job/context.h"
#include "core/format/meta.pb.h"

namespace seabed::restore {

/// What lies before the position that replay starts from is in the base's files; the rest only the adapter's rules can
/// tell (LogRules::covers). True for a stream that the base does not have; false where there is no adapter to ask.
bool covers_hole(EngineContext& context, const meta::LsMetaInfos& base, const meta::HoleRecord& hole);

}  // namespace seabed::restore
