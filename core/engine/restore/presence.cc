// What a restore could do without and would not miss by itself: told as warnings before it begins. Names and
// sizes of everything that is there, by listing; of the chosen sets and pieces the small objects are read and
// proved too. Bulk data is proved when it is used.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "core/base/log_context.h"
#include "core/engine/restore/plan.h"
#include "core/flow/side_by_side.h"
#include "core/media/log_object_check.h"
#include "core/storage/remember.h"

namespace seabed::restore {
namespace {

constexpr uint64_t kSmall = 1 << 20;
constexpr uint32_t kAtOnce = 32;
using Sizes = std::map<std::string, uint64_t>;

Result<Sizes> list_sizes(const Medium& medium, const std::string& prefix) {
  SEABED_TRY(auto entries, medium.list(prefix));
  Sizes sizes;
  for (const ListEntry& e : entries) sizes[e.key] = e.size;
  return sizes;
}

bool begins_there(const Sizes& sizes, const std::string& prefix) {
  auto it = sizes.lower_bound(prefix);
  return it != sizes.end() && it->first.starts_with(prefix);
}

/// What is asked of the media, many at a time: on a far medium each question costs a round trip. Every task has warnings of
/// its own, told in the order of the tasks. Listings first, then what they lead to.
class Presence {
 public:
  explicit Presence(const Media& media) : media_(media) {}

  void add_root(const Medium& medium) {
    task([this, &medium](Task& to) { return check_root(medium, to); });
  }
  void add_set(size_t index, bool chosen) {
    const SetFacts& set = *media_.base_media[index].set;
    const Medium& medium = media_.data[media_.bases[index].source]->medium();
    task([=, this, &set, &medium](Task& to) { return check_set(medium, set, chosen, to); });
    if (chosen)
      task([=, this, &set, &medium](Task& to) {
        meta::Placeholder end;
        return decode(medium, paths::set_end(set.id, true, set.end_tag), FileType::kPlaceholder, &end, to);
      });
    task([=, this, &set, &medium](Task& to) {
      meta::Placeholder start;
      return decode(medium, paths::set_start(set.id), FileType::kPlaceholder, &start, to);
    });
  }
  void add_endless(const BackupReader& reader, const SetFacts& set) {
    task([this, &reader, &set](Task& to) { return check_endless(reader, set, to); });
  }
  void add_piece(size_t index, bool chosen) {
    const PieceMedia& piece = media_.piece_media[index];
    const Medium& medium = media_.archive[piece.archive]->medium();
    task([=, this, &piece, &medium](Task& to) { return check_piece(medium, piece.facts, chosen, to); });
    if (chosen)
      task([=, this, &piece, &medium](Task& to) {
        meta::RoundInfo round;
        return decode(medium, paths::round_start(piece.facts.key.dest, piece.facts.key.round), FileType::kRound, &round,
                      to);
      });
  }

  /// Listings and placeholders.
  Status look() {
    SEABED_CHECK(run_tasks());
    first_ = std::move(tasks_);
    tasks_.clear();
    for (auto& done : first_)
      for (auto& then : done->then) task(std::move(then));
    return ok();
  }
  /// What they led to.
  Status prove() { return run_tasks(); }

  std::vector<std::string> warnings() const {
    std::vector<std::string> out;
    for (const auto* some : {&first_, &tasks_})
      for (const auto& done : *some) out.insert(out.end(), done->warnings.begin(), done->warnings.end());
    return out;
  }

 private:
  struct Task;
  using Work = std::function<Status(Task&)>;
  struct Task {
    Work work;
    std::vector<std::string> warnings;
    std::vector<Work> then;
  };

  void task(Work work) {
    tasks_.push_back(std::make_unique<Task>());
    tasks_.back()->work = std::move(work);
  }

  Status run_tasks() {
    std::vector<std::function<Status()>> all;
    for (auto& one : tasks_) all.push_back([&one] { return one->work(*one); });
    return side_by_side(all, kAtOnce);
  }

  Status check_root(const Medium& medium, Task& to) {
    SEABED_TRY(bool any, any_object(*medium.store, paths::check_files(), medium.io()));
    if (!any) miss(medium, paths::check_files(), to);
    return ok();
  }

  Status check_set(const Medium& medium, const SetFacts& set, bool chosen, Task& to) {
    SEABED_TRY(const Sizes sizes, list_sizes(medium, paths::set_dir(set.id)));
    for (const meta::FileEntry& e : set.descriptor.files())
      expect(medium, sizes, paths::set_dir(set.id), e, false, chosen, to);
    return ok();
  }

  /// A set that is whole but for the placeholder that says so.
  Status check_endless(const BackupReader& reader, const SetFacts& set, Task& to) {
    meta::BackupSetDescriptor d;
    auto read = reader.medium().read_message(paths::single_set_info(set.id), FileType::kBackupSetInfo, &d);
    if (!read) return ok();  // not finished
    auto tag = scn_to_tag(d.min_restore_scn(), media_.zone);
    miss(reader.medium(), paths::set_end(set.id, true, tag ? *tag : "…"), to);
    return ok();
  }

  /// What was accepted of the log was there before: this listing serves whoever reads it after.
  Status check_piece(const Medium& medium, const PieceFacts& piece, bool chosen, Task& to) {
    const paths::PieceKey& key = piece.key;
    SEABED_TRY(auto entries, medium.list(paths::piece_dir(key)));
    Sizes sizes;
    for (const ListEntry& e : entries) sizes[e.key] = e.size;
    if (auto* store = dynamic_cast<RememberingStore*>(medium.store.get()); store && chosen)
      store->remember_listing(paths::piece_dir(key), std::move(entries));
    for (const meta::FileEntry& e : piece.descriptor.files())
      expect(medium, sizes, paths::piece_dir(key), e, true, chosen, to);
    if (!piece.frozen) check_active(medium, key, sizes, piece.descriptor, chosen, to);
    return ok();
  }

  void check_active(const Medium& medium, const paths::PieceKey& key, const Sizes& sizes,
                    const meta::PieceDescriptor& d, bool chosen, Task& to) {
    if (sizes.count(paths::tenant_piece_infos(key)) == 0) miss(medium, paths::tenant_piece_infos(key), to);
    for (const meta::LsPieceProgress& ls : d.ls())
      if (ls.ls_id() == 1 && ls.first_file_id() != 0 && !begins_there(sizes, paths::schema_meta_dir(key)))
        miss(medium, paths::schema_meta_dir(key), to);
    for (const meta::LsPieceProgress& ls : d.ls())
      for (uint32_t id = ls.first_file_id(); id != 0 && id <= ls.last_file_id(); ++id) {
        const std::string file = paths::log_file(key, ls.ls_id(), id);
        const bool last = id == ls.last_file_id();  // of the others the next file tells how much counts
        if (sizes.count(file) == 0 && begins_there(sizes, file + "/"))
          expect_parts(medium, sizes, file, {last ? ls.last_file_length() : 1, !last, chosen}, to);
      }
  }

  /// A log file may be longer than what counts of it.
  void expect(const Medium& medium, const Sizes& sizes, const std::string& directory, const meta::FileEntry& e,
              bool may_be_longer, bool chosen, Task& to) {
    const std::string key = directory + e.key();
    auto it = sizes.find(key);
    if (it == sizes.end() && begins_there(sizes, key + "/"))
      return expect_parts(medium, sizes, key, {e.size(), true, chosen}, to);
    if (it == sizes.end()) return miss(medium, key, to);
    const bool fits = it->second == e.size() || (may_be_longer && it->second > e.size());
    if (!fits)
      to.warnings.push_back(
          fmt::format("{} is {} bytes long, {} were written", medium.name(key), it->second, e.size()));
    else if (chosen && e.size() <= kSmall)
      to.then.push_back([&medium, key, size = e.size(), hash = e.hash128()](Task& small) {
        return prove(medium, key, size, hash, small);
      });
  }

  /// One byte more is asked for: then whoever reads it next knows its end, too.
  static Status prove(const Medium& medium, const std::string& key, uint64_t size, const std::string& hash, Task& to) {
    std::string bytes(size + 1, '\0');
    SEABED_TRY(const size_t got, medium.store->read_at(key, 0, bytes, medium.io()));
    if (got != size || view(hash128(std::string_view(bytes).substr(0, size))) != hash)
      to.warnings.push_back(medium.name(key) + " does not hold the bytes that were written (hash)");
    return ok();
  }

  void expect_parts(const Medium& medium, const Sizes& sizes, const std::string& key, const LogObjectDemand& demand,
                    Task& to) {
    std::vector<ListEntry> entries;
    for (auto it = sizes.lower_bound(key + "/"); it != sizes.end() && it->first.starts_with(key + "/"); ++it)
      entries.push_back({it->first, it->second});
    to.then.push_back([&medium, key, demand, parts = gather_log_parts(key, entries)](Task& then) -> Status {
      SEABED_TRY(const auto found, check_log_parts(medium, key, parts, demand));
      for (const LogObjectFinding& f : found) then.warnings.push_back(medium.name(f.key) + " " + f.reason);
      return ok();
    });
  }

  Status decode(const Medium& medium, const std::string& key, FileType type, google::protobuf::MessageLite* message,
                Task& to) {
    auto read = medium.read_message(key, type, message);
    if (read) return ok();
    const Code code = read.error().code;
    if (code != Code::kNotFound && code != Code::kCorruption && code != Code::kUnsupported) return read;
    if (code == Code::kNotFound)
      miss(medium, key, to);
    else
      to.warnings.push_back(read.error().message());
    return ok();
  }

  static void miss(const Medium& medium, const std::string& key, Task& to) {
    to.warnings.push_back(medium.name(key) + " is missing");
  }

  const Media& media_;
  std::vector<std::unique_ptr<Task>> first_, tasks_;
};

}  // namespace

struct PresenceCheck::Parts {
  explicit Parts(const Media& media) : presence(media) {}
  Presence presence;
  Status proved = ok();
  std::jthread prover;
};

PresenceCheck::PresenceCheck() = default;
PresenceCheck::PresenceCheck(PresenceCheck&&) noexcept = default;
PresenceCheck& PresenceCheck::operator=(PresenceCheck&&) noexcept = default;
PresenceCheck::~PresenceCheck() = default;

Status PresenceCheck::begin(const Media& media, const Plan& plan) {
  parts_ = std::make_unique<Parts>(media);
  Presence& presence = parts_->presence;
  for (const auto& reader : media.data) {
    presence.add_root(reader->medium());
    for (const SetFacts& set : reader->sets())
      if (!set.success && !set.failed) presence.add_endless(*reader, set);
  }
  for (size_t i = 0; i < media.archives_given; ++i) presence.add_root(media.archive[i]->medium());
  const std::set<size_t> sets(plan.sets.begin(), plan.sets.end()), pieces(plan.pieces.begin(), plan.pieces.end());
  for (size_t i = 0; i < media.bases.size(); ++i) presence.add_set(i, sets.count(i) != 0);
  for (size_t i = 0; i < media.spans.size(); ++i) presence.add_piece(i, pieces.count(i) != 0);
  SEABED_CHECK(presence.look());
  parts_->prover = std::jthread([parts = parts_.get(), context = log::context()] {
    const log::Scope scope(context);
    parts->proved = parts->presence.prove();
  });
  return ok();
}

Status PresenceCheck::end(std::vector<std::string>* warnings) {
  if (!parts_) return ok();
  if (parts_->prover.joinable()) parts_->prover.join();
  SEABED_CHECK(parts_->proved);
  const auto found = parts_->presence.warnings();
  warnings->insert(warnings->begin(), found.begin(), found.end());
  parts_.reset();
  return ok();
}

}  // namespace seabed::restore
