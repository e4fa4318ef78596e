// The streams of a restore: files, log, finish.

#include <sys/stat.h>

#include <algorithm>

#include "core/engine/quick/page_index.h"
#include "core/engine/quick/quick_keys.h"
#include "core/engine/quick/quick_tenant.h"
#include "core/engine/restore/restore_files.h"
#include "core/engine/restore/restore_run.h"

namespace seabed::restore {

Status RestoreRun::copy_all() {
  tell("files");
  for (const StreamPlan& stream : plan_.streams)
    if (!finished(stream)) SEABED_CHECK(copy_stream(stream));
  return ok();
}

Status RestoreRun::copy_stream(const StreamPlan& planned) {
  StreamPlan stream = planned;
  if (request_.quick) {
    const BackupReader& reader = *media_.data[media_.bases[plan_.base].source];
    SEABED_CHECK(quick::write_page_index(reader, planned, quick::index_path(request_.directory, planned.name)));
    SEABED_CHECK(quick::keep_quick_keys(reader, planned, request_.directory));
    std::erase_if(stream.files, [](const auto& file) { return quick::stays_remote(file.second); });
  }
  const std::string staged = staged_path(place(stream));
  std::vector<std::string> kept = find_whole_files(*media_.data[media_.bases[plan_.base].source], stream, staged,
                                                    request_.concurrency, cancel_);
  SEABED_TRY(auto target, stream.adapter->open_target(place(stream)));
  target->keep_files(kept);
  if (request_.own_library) target->take_any_version();
  SEABED_CHECK(target->begin(stream.meta.recovery()));
  std::erase_if(kept, [&](const std::string& name) {
    struct stat st {};
    return ::lstat((staged + "/" + name).c_str(), &st) != 0 || !S_ISREG(st.st_mode);
  });
  FileCopyOptions options;
  options.lanes = request_.concurrency;
  options.cancel = &cancel_;
  options.copied = [this](uint64_t bytes, uint64_t blocks) {
    done_bytes_ += bytes;
    done_blocks_ += blocks;
    tell("");
  };
  SEABED_CHECK(copy_files(*media_.data[media_.bases[plan_.base].source], stream, *target, kept, options));
  targets_[stream.meta.ls_id()] = std::move(target);
  return ok();
}

Status RestoreRun::replay_all() {
  tell("log");
  for (const StreamPlan& stream : plan_.streams)
    if (!finished(stream)) SEABED_CHECK(replay_stream(stream));
  return ok();
}

Status RestoreRun::replay_stream(const StreamPlan& stream) {
  auto replayed = [this, &stream](uint64_t bytes, Scn scn) {
    recovered(stream, scn);
    if (bytes == 0) return;
    done_bytes_ += bytes;
    tell("");
  };
  SEABED_TRY(StreamResult result,
             replay_log(media_, plan_, stream, *targets_[stream.meta.ls_id()], replayed, cancel_));
  replayed_[stream.meta.ls_id()] = std::move(result);
  return ok();
}

/// The tenant is as far as its slowest stream.
void RestoreRun::recovered(const StreamPlan& stream, Scn scn) {
  recovered_[stream.meta.ls_id()] = scn;
  if (recovered_.size() < plan_.streams.size()) return;
  Scn slowest = plan_.target;
  for (const auto& [ls, at] : recovered_) slowest = std::min(slowest, at);
  recover_scn_ = slowest;
}

Status RestoreRun::finish_stream(const StreamPlan& stream, StreamResult result) {
  SEABED_TRY(RestoreReport report, targets_[stream.meta.ls_id()]->finish(plan_.target));
  result.engine = stream.meta.engine();
  result.name = stream.name;
  take_report(report, stream.adapter->rules().unknown_delay(stream.meta.recovery()), &result);
  result.outcome.ls_id = stream.meta.ls_id();
  if (own_log()) result.place.reset();
  state_.streams.push_back(std::move(result));
  recovered(stream, plan_.target);
  targets_.erase(stream.meta.ls_id());
  return persist();
}

}  // namespace seabed::restore
