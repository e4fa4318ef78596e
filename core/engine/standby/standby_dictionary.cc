#include "core/engine/standby/standby_dictionary.h"

#include <spdlog/fmt/fmt.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "core/engine/restore/restore_state.h"
#include "core/format/frame.h"

namespace seabed::standby {
namespace {
constexpr std::chrono::milliseconds kPoll{10};
}

StandbyDictionary::Mark StandbyDictionary::mark() const {
  struct stat st {};
  if (::stat((directory_ + "/" + restore::kTenantFile).c_str(), &st) != 0) return {};
  return {st.st_ino, st.st_mtim.tv_sec * 1'000'000'000 + st.st_mtim.tv_nsec};
}

Status StandbyDictionary::refresh() {
  const Mark now = mark();
  Scn limit = kScnMax;
  if (limit_) {
    SEABED_TRY(limit, limit_());
  }
  if (now == seen_ && now.inode != 0 && std::min(known_, limit) == readable_) return ok();
  SEABED_TRY(const auto state, restore::read_state(directory_));
  if (!state || state->activated)
    return fail(Code::kConflict, directory_, "holds no standby any more", "look at the tenant's role");
  // Without a stream 1 at the source there is nothing that could be behind.
  known_ =
      state->dictionary_incarnation == 0 ? state->target : std::min(state->dictionary_scn, state->target);
  readable_ = std::min(known_, limit);
  SEABED_TRY(kept_, restore::read_dictionary_journal(directory_, readable_));
  seen_ = now;
  return ok();
}

Status StandbyDictionary::attach(const std::optional<ArchivedState>& state) {
  std::lock_guard lock(mutex_);
  seen_ = {};
  SEABED_CHECK(refresh());
  given_ = state ? state->scn_hi : 0;
  if (given_ <= kept_.scn) return ok();
  return fail(Code::kGap, describe(), "was archived further than it is here: the standby was restored anew",
              "start a new round and take a full backup");
}

Result<LogStep> StandbyDictionary::read_step(uint64_t) {
  std::lock_guard lock(mutex_);
  SEABED_CHECK(refresh());
  LogStep step;
  for (const LogGroup& group : kept_.groups) {
    if (group.scn_hi <= given_) continue;
    step.log_bytes += group.payload.size();
    step.groups.push_back(group);
    given_ = group.scn_hi;
  }
  step.clock_before = readable_;
  step.complete = readable_ != 0;
  return step;
}

void StandbyDictionary::wait(std::chrono::milliseconds timeout, const CancelToken& cancel) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (std::chrono::steady_clock::now() < until) {
    Mark seen;
    {
      std::lock_guard lock(mutex_);
      seen = seen_;
    }
    if (hurried_.exchange(false) || mark() != seen) return;
    if (cancel.wait_for(kPoll)) return;
  }
}

Lsn StandbyDictionary::position() const {
  std::lock_guard lock(mutex_);
  for (const LogGroup& group : kept_.groups)
    if (group.scn_hi > given_) return group.begin;
  return kept_.end;
}

Result<std::optional<StreamSource::Followed>> StandbyDictionary::followed() {
  std::lock_guard lock(mutex_);
  SEABED_CHECK(refresh());
  return Followed{kept_.groups.empty() ? readable_ : kept_.groups.front().scn_hi, readable_};
}

archive::DictionarySource::Fold StandbyDictionary::fold() {
  std::lock_guard lock(mutex_);
  (void)refresh();  // else what was known last: its own thread meets and tells the error
  return {readable_, archive::fold_body(kept_.state, readable_, kept_.end)};
}

std::string StandbyDictionary::display(const Lsn& lsn) const {
  const auto p = archive::decode_dictionary_lsn(lsn);
  return p ? fmt::format("record {} of the dictionary", p->records) : "an unknown position";
}

Result<std::unique_ptr<Snapshot>> StandbyDictionary::snapshot(const CancelToken&) {
  std::lock_guard lock(mutex_);
  SEABED_CHECK(refresh());
  SEABED_TRY(const auto at, archive::decode_dictionary_lsn(kept_.end));
  auto out = std::make_unique<Snapshot>();
  out->incarnation = at.incarnation;
  out->start_replay = kept_.end;
  out->start_replay_scn = out->taken_scn = readable_;
  out->turns_needed = 1;
  auto bytes = std::make_shared<const std::string>(
      encode_file(FileType::kSchemaMeta, archive::fold_body(kept_.state, readable_, kept_.end)));
  SnapshotFile file;
  file.name = fmt::format("{}.obarc", readable_);
  file.kind = FileKind::kSystem;
  file.size = bytes->size();
  file.open = [bytes]() -> Result<Fd> {
    Fd fd(::memfd_create("seabed-dictionary", MFD_CLOEXEC));
    if (!fd) return fail_errno("dictionary", "no memory file", errno);
    SEABED_CHECK(pwrite_full(fd.get(), *bytes, 0, "dictionary"));
    return fd;
  };
  out->files.push_back(std::move(file));
  return out;
}

}  // namespace seabed::standby
