#include "core/engine/archive/dictionary_source.h"

#include <spdlog/fmt/fmt.h>
#include <sys/mman.h>

#include <cerrno>

#include "core/format/frame.h"
#include "core/format/meta.pb.h"

namespace seabed::archive {

namespace {
constexpr size_t kRecordBytes = 16 << 20;
constexpr int kLookShare = 50;   // a look may take one part in so many of the time
}  // namespace

Result<std::unique_ptr<DictionarySource>> DictionarySource::open(const std::string& directory, TenantSource* tenant,
                                                                 Clock& clock, std::chrono::milliseconds between) {
  SEABED_TRY(DictionaryLog log, DictionaryLog::open(directory, clock.read().now));
  return std::unique_ptr<DictionarySource>(new DictionarySource(std::move(log), tenant, clock, between));
}

DictionarySource::DictionarySource(DictionaryLog log, TenantSource* tenant, Clock& clock,
                                   std::chrono::milliseconds between)
    : tenant_(tenant), clock_(clock), between_(between), log_(std::move(log)), fold_end_(log_.end()) {}

void DictionarySource::set_facts(std::map<std::string, std::string> facts) {
  std::lock_guard lock(mutex_);
  facts_ = std::move(facts);
}

void DictionarySource::set_tablets(uint64_t ls_id, const std::vector<Tablet>& tablets) {
  std::lock_guard lock(mutex_);
  auto& known = tablets_[ls_id];
  known.clear();
  for (const Tablet& t : tablets) known[{ls_id, t.database, t.name}] = t.attributes;
}

Result<DictionaryState> DictionarySource::gather() const {
  DictionaryState state;
  state.facts = facts_;
  for (const auto& [ls_id, known] : tablets_) state.tables.insert(known.begin(), known.end());
  for (const auto& [key, attributes] : log_.state().tables)
    if (std::get<0>(key) != 0 && !tablets_.contains(std::get<0>(key))) state.tables[key] = attributes;
  if (!tenant_) return state;
  SEABED_TRY(TenantFacts facts, tenant_->look());
  state.files = std::move(facts.files);
  for (auto& [name, value] : facts.variables) state.facts["variable/" + name] = value;
  for (auto& text : facts.outside) state.facts["outside/" + text] = text;
  for (auto& table : facts.tables) state.tables[{0, table.database, table.name}] = table.attributes;
  return state;
}

// What is found was there at the end of the look, and was not at the end of the one before. Its stamp lies between the
// two: that of the first log seen meanwhile.
Status DictionarySource::look() {
  const auto begin = std::chrono::steady_clock::now();
  const Scn started = clock_.read().now;
  auto found = gather();
  if (!found) return fail(*(error_ = found.error()));
  const ClockReading now = clock_.read();
  const auto took = std::chrono::steady_clock::now() - begin;
  const Scn last = look_end_ == 0 ? started : look_end_;
  const Scn stamp = unlooked_ == 0 ? now.now : std::min(now.now, std::max(last + 1, unlooked_));
  for (const auto& record : difference(log_.state(), *found, kRecordBytes)) {
    SEABED_TRY(LogGroup group, log_.append(record, last, stamp, now.error_ns));
    queue_.push_back(std::move(group));
  }
  error_.reset();
  unlooked_ = 0;
  look_begin_ = started;
  look_end_ = std::max(now.now, log_.last_scn());
  ++looks_;
  next_look_ = begin + (between_.count() == 0 ? std::chrono::steady_clock::duration()
                                              : std::max<std::chrono::steady_clock::duration>(between_, took * kLookShare));
  looked_.notify_all();
  return ok();
}

void DictionarySource::saw_log(Scn stamp) {
  std::lock_guard lock(mutex_);
  if (unlooked_ == 0 || stamp < unlooked_) unlooked_ = stamp;
  if (std::chrono::steady_clock::now() >= next_look_) (void)look();  // its own thread meets and tells the error
}

DictionarySource::Fold DictionarySource::fold() {
  std::lock_guard lock(mutex_);
  if (look_end_ == 0) (void)look();
  fold_end_ = log_.end();
  const Scn scn = std::max(look_end_, log_.last_scn());
  return {scn, fold_body(log_.state(), scn, encode_lsn(fold_end_))};
}

Status DictionarySource::attach(const std::optional<ArchivedState>& state) {
  std::lock_guard lock(mutex_);
  DictionaryPosition from = fold_end_;
  if (state) {
    SEABED_TRY(from, decode_dictionary_lsn(state->end));
    const bool goes_on = from.incarnation == log_.end().incarnation && from >= log_.base() && from <= log_.end();
    // Another machine's or a lost local log, or an older copy of it: an incarnation begins with all that it knows.
    const bool whole = log_.base().records == 0 && log_.end().incarnation > state->scn_hi;
    if (!goes_on && !whole) SEABED_CHECK(log_.begin_again(state->scn_hi, clock_.read(), kRecordBytes));
    if (!goes_on) from = log_.base();
  }
  SEABED_TRY(auto groups, log_.read_from(from));
  queue_.assign(std::make_move_iterator(groups.begin()), std::make_move_iterator(groups.end()));
  return ok();
}

Result<LogStep> DictionarySource::read_step(uint64_t) {
  std::lock_guard lock(mutex_);
  if (std::chrono::steady_clock::now() >= next_look_) SEABED_CHECK(look());
  LogStep step;
  for (; !queue_.empty(); queue_.pop_front()) {
    step.log_bytes += queue_.front().payload.size();
    step.groups.push_back(std::move(queue_.front()));
  }
  seen_looks_ = looks_;
  step.clock_before = look_begin_;
  step.complete = look_begin_ != 0;
  return step;
}

void DictionarySource::wait(std::chrono::milliseconds timeout, const CancelToken& cancel) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (!cancel.cancelled() && std::chrono::steady_clock::now() < until) {
    std::unique_lock lock(mutex_);
    const auto slice = std::min(until, std::chrono::steady_clock::now() + std::chrono::milliseconds(200));
    if (looked_.wait_until(lock, slice, [this] { return hurried_ || looks_ != seen_looks_; })) {
      hurried_ = false;
      return;
    }
  }
}

void DictionarySource::hurry() {
  std::lock_guard lock(mutex_);
  hurried_ = true;
  looked_.notify_all();
}

void DictionarySource::release(const Lsn& end) {
  std::lock_guard lock(mutex_);
  if (const auto position = decode_dictionary_lsn(end)) (void)log_.compact(*position);  // else it stays long
}

Lsn DictionarySource::position() const {
  std::lock_guard lock(mutex_);
  return queue_.empty() ? encode_lsn(log_.end()) : queue_.front().begin;
}

std::string DictionarySource::display(const Lsn& lsn) const {
  const auto p = decode_dictionary_lsn(lsn);
  return p ? fmt::format("record {} of the dictionary", p->records) : "an unknown position";
}

Result<std::unique_ptr<Snapshot>> DictionarySource::snapshot(const CancelToken&) {
  {
    std::lock_guard lock(mutex_);
    SEABED_CHECK(look());
  }
  auto out = std::make_unique<Snapshot>();
  const Fold now = fold();
  {
    std::lock_guard lock(mutex_);
    out->incarnation = fold_end_.incarnation;
    out->start_replay = encode_lsn(fold_end_);
  }
  out->taken_scn = now.scn;
  out->turns_needed = 1;
  auto bytes = std::make_shared<const std::string>(encode_file(FileType::kSchemaMeta, now.body));
  SnapshotFile file;
  file.name = fmt::format("{}.obarc", now.scn);
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

}  // namespace seabed::archive
