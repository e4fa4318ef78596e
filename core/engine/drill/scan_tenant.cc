// Opening what was restored, stream by stream.

#include "core/engine/drill/drill.h"
#include "core/engine/quick/quick_tenant.h"
#include "core/engine/restore/media_facts.h"
#include "core/engine/restore/restore_state.h"

namespace seabed {
namespace {

Result<restore::RestoreState> restored(const std::string& directory) {
  SEABED_TRY(auto state, restore::read_state(directory));
  if (!state) return fail(Code::kNotFound, directory, "holds no restored tenant");
  if (state->activated)
    return fail(Code::kConflict, directory, "is activated: its streams are databases now");
  if (state->state != restore::State::kSuccess)
    return fail(Code::kConflict, directory, "its restore is not complete: " + state->comment,
                "restore again: it goes on");
  return *state;
}

}  // namespace

Result<TenantScan> scan_tenant_here(EngineContext& context, const TenantScanRequest& request,
                                    const ScanProgressFn& progress, const CancelToken& cancel) {
  SEABED_TRY(const auto state, restored(request.directory));
  quick::QuickTenant remote;
  if (state.remote) {
    quick::PageReaderOptions pages;
    pages.disk_bytes = 0;  // every page once: nothing is gained by keeping them
    SEABED_TRY(remote, quick::open_quick_tenant(context, request.directory, request.uris, pages));
  }
  TenantScan out;
  uint64_t before = 0;
  for (size_t i = 0; i < state.streams.size(); ++i) {
    const restore::StreamResult& stream = state.streams[i];
    if (!restore::is_safe_component(stream.name))
      return fail(Code::kCorruption, request.directory, "names a directory that is no plain name");
    SEABED_TRY(EngineAdapter * adapter, restore::adapter_of(context, stream.engine));
    ScanOptions options;
    options.staged = staged_path(request.directory + "/" + stream.name);
    if (state.remote) options.files = remote.streams.at(i).files;
    options.cancel = &cancel;
    if (progress)
      options.progress = [&](uint64_t rows, uint64_t guess) { progress(before + rows, before + guess); };
    SEABED_TRY(StreamScan scan, adapter->scan_standby(options));
    for (const FamilyScan& family : scan.families) before += family.rows;
    if (state.remote) out.medium_bytes += remote.streams[i].files->counts().medium_bytes;
    out.streams.push_back({stream.outcome.ls_id, stream.name, std::move(scan)});
  }
  return out;
}

}  // namespace seabed
