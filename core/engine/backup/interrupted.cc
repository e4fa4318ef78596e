// Data directories that a kill interrupted. Their copies are gone on with by their journals, where parts cost requests:
// what has arrived is compared with the sources and not sent again. The directory stays one of an earlier turn, without
// the files that are gone, and the present turn points into it. Whatever cannot be gone on with is copied anew.

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "core/base/log.h"
#include "core/engine/backup/directory_job.h"
#include "core/media/copy_journal.h"

namespace seabed::backup {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kWorthAJournal = 8ull << 20;
constexpr std::chrono::seconds kLastSweep{20};

template <class Number>
bool take_number(std::string_view* text, Number* out) {
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), *out);
  if (error != std::errc()) return false;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  if (text->starts_with('-')) text->remove_prefix(1);
  return true;
}

}  // namespace

std::string BackupRun::journals() const {
  return context_.state_directory.empty() ? "" : context_.state_directory + "/copies/" + std::to_string(job_id_);
}

std::string BackupRun::journal_path(const DirectoryJob& job) const {
  return journals() + "/" + std::to_string(job.stream->ls_id) + "-" + std::to_string(job.at.turn) + "-" +
         std::to_string(job.at.retry) + "-" + job.kind;
}

/// Empty: the copy has none.
std::string BackupRun::journal_of(const DirectoryJob& job) const {
  const bool worth = !journals().empty() && writer_->can_go_on() && job.new_bytes() >= kWorthAJournal;
  return worth ? journal_path(job) : "";
}

/// What earlier processes left of this job.
std::vector<BackupRun::Interrupted> BackupRun::interrupted() const {
  std::vector<Interrupted> out;
  if (journals().empty()) return out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(journals(), none)) {
    const std::string name = entry.path().filename();
    std::string_view rest = name;
    Interrupted left{.path = entry.path()};
    const bool good = take_number(&rest, &left.ls_id) && take_number(&rest, &left.at.turn) && take_number(&rest, &left.at.retry);
    left.kind = rest;
    if (good && !left.kind.empty() && left.kind.find('.') == std::string::npos) out.push_back(std::move(left));
  }
  std::ranges::sort(out, {}, &Interrupted::path);
  return out;
}

/// Uploads that are worth keeping: their journals tell what they are.
std::set<std::string> BackupRun::uploads_to_go_on() const {
  std::set<std::string> out;
  if (!writer_->can_go_on()) return out;
  for (const Interrupted& left : interrupted())
    if (auto memory = CopyJournal::read(left.path))
      for (const auto& [file, id] : memory->uploads) out.insert(id);
  return out;
}

Status BackupRun::finish_interrupted(const std::vector<std::string>& kinds) {
  for (const Interrupted& left : interrupted()) {
    if (std::ranges::find(kinds, left.kind) == kinds.end()) continue;
    const std::string directory = paths::ls_data_dir({set_id_, left.ls_id, left.kind, left.at.turn, left.at.retry});
    auto done = finish(left);
    if (!done && done.error().code == Code::kCancelled) return done;
    if (!done) log::warn("backup: {} is copied anew: {}", directory, done.error().message());
    SEABED_CHECK(abort_uploads(directory, {}, io()));
    std::error_code none;
    fs::remove(left.path, none);
  }
  return ok();
}

Status BackupRun::finish(const Interrupted& left) {
  const auto same = [&](const DirectoryDocument& d) {
    return d.ls_id == left.ls_id && d.kind == left.kind && d.at.turn == left.at.turn && d.at.retry == left.at.retry;
  };
  if (std::ranges::any_of(document_.directories, same)) return ok();   // only its journal was not removed any more
  const auto snapshot = snapshots_.find(left.ls_id);
  if (snapshot == snapshots_.end()) return ok();
  SEABED_TRY(CopyMemory memory, CopyJournal::read(left.path));
  DirectoryJob job{.stream = &document_.stream(left.ls_id), .kind = left.kind,
                   .files = plan_again(memory, *snapshot->second), .at = {left.at.turn, left.at.retry, new_trace()},
                   .started_us = context_.clock->read().now / 1000, .earlier = true, .outcome = {}};
  const paths::LsData data{set_id_, left.ls_id, left.kind, left.at.turn, left.at.retry};
  auto outcome = writer_->copy_ls_data(data, std::move(job.files), &counters_, left.path, &memory);
  if (!outcome) return fail(std::move(outcome.error().error));
  job.outcome = std::move(*outcome);
  SEABED_CHECK(finish_directories({&job}));
  known_.erase(left.ls_id);
  return ok();
}

/// The job has ended, or its uploads are of no use any more.
void BackupRun::forget_interrupted() {
  if (journals().empty()) return;
  std::error_code none;
  if (!fs::remove_all(journals(), none) || writer_ == nullptr || !writer_->can_go_on()) return;
  IoContext io;
  io.deadline = after(kLastSweep);
  if (auto gone = abort_uploads(paths::set_dir(set_id_), {}, io); !gone)
    log::warn("backup: unfinished uploads are left to the cleanup: {}", gone.error().message());
}

}  // namespace seabed::backup
