// What a restore could do without and would not miss by itself: told as warnings before it begins. Names and
// sizes of everything that is there, by listing; of the chosen sets and pieces the small objects are read and
// proved too. Bulk data is proved when it is used.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>

#include "core/flow/lanes.h"
#include "core/engine/restore/plan.h"
#include "core/media/log_object_check.h"

namespace seabed::restore {
namespace {

constexpr uint64_t kSmall = 1 << 20;
constexpr uint32_t kLanes = 16;
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

class Presence {
 public:
  Presence(const Media& media, std::vector<std::string>* warnings) : media_(media), warnings_(warnings) {}

  Status check_root(const Medium& medium) {
    SEABED_TRY(bool any, any_object(*medium.store, paths::check_files(), medium.io()));
    if (!any) miss(medium, paths::check_files());
    return ok();
  }

  Status check_set(size_t index, bool chosen) {
    const SetFacts& set = *media_.base_media[index].set;
    const Medium& medium = media_.data[media_.bases[index].source]->medium();
    SEABED_TRY(Sizes sizes, list_sizes(medium, paths::set_dir(set.id)));
    for (const meta::FileEntry& e : set.descriptor.files())
      SEABED_CHECK(expect(medium, sizes, paths::set_dir(set.id), e, false, chosen));
    meta::Placeholder placeholder;
    if (chosen)
      SEABED_CHECK(
          decode(medium, paths::set_end(set.id, true, set.end_tag), FileType::kPlaceholder, &placeholder));
    return decode(medium, paths::set_start(set.id), FileType::kPlaceholder, &placeholder);
  }

  /// A set that is whole but for the placeholder that says so.
  Status check_endless(const BackupReader& reader, const SetFacts& set) {
    meta::BackupSetDescriptor d;
    auto read = reader.medium().read_message(paths::single_set_info(set.id), FileType::kBackupSetInfo, &d);
    if (!read) return ok();  // not finished
    auto tag = scn_to_tag(d.min_restore_scn(), media_.zone);
    miss(reader.medium(), paths::set_end(set.id, true, tag ? *tag : "…"));
    return ok();
  }

  Status check_piece(size_t index, bool chosen) {
    const PieceMedia& piece = media_.piece_media[index];
    const Medium& medium = media_.archive[piece.archive]->medium();
    const paths::PieceKey& key = piece.facts.key;
    SEABED_TRY(Sizes sizes, list_sizes(medium, paths::piece_dir(key)));
    for (const meta::FileEntry& e : piece.facts.descriptor.files())
      SEABED_CHECK(expect(medium, sizes, paths::piece_dir(key), e, true, chosen));
    if (!piece.facts.frozen) SEABED_CHECK(check_active(medium, key, sizes, piece.facts.descriptor, chosen));
    meta::RoundInfo round;
    return chosen ? decode(medium, paths::round_start(key.dest, key.round), FileType::kRound, &round) : ok();
  }

  /// Small objects of what was chosen, many at a time: on a far medium each costs a round trip.
  Status prove_small() {
    std::vector<std::string> wrong(small_.size());
    std::atomic<size_t> next = 0;
    std::atomic<bool> stopped = false;
    const auto lane = [&](uint32_t) -> Status {
      for (size_t at; !stopped && (at = next++) < small_.size();) {
        const Small& s = small_[at];
        SEABED_TRY(const std::string bytes, read_range(*s.medium->store, s.key, 0, s.size, s.medium->io()));
        if (view(hash128(bytes)) != s.hash) wrong[at] = s.medium->name(s.key);
      }
      return ok();
    };
    if (!small_.empty())
      SEABED_CHECK(run_lanes(std::min<size_t>(kLanes, small_.size()), lane, [&] { stopped = true; }));
    for (const std::string& name : wrong)
      if (!name.empty()) warnings_->push_back(name + " does not hold the bytes that were written (hash)");
    return ok();
  }

 private:
  struct Small {
    const Medium* medium;
    std::string key;
    uint64_t size;
    std::string hash;
  };

  Status check_active(const Medium& medium, const paths::PieceKey& key, const Sizes& sizes,
                      const meta::PieceDescriptor& d, bool chosen) {
    if (sizes.count(paths::tenant_piece_infos(key)) == 0) miss(medium, paths::tenant_piece_infos(key));
    for (const meta::LsPieceProgress& ls : d.ls())
      if (ls.ls_id() == 1 && ls.first_file_id() != 0 && !begins_there(sizes, paths::schema_meta_dir(key)))
        miss(medium, paths::schema_meta_dir(key));
    for (const meta::LsPieceProgress& ls : d.ls())
      for (uint32_t id = ls.first_file_id(); id != 0 && id <= ls.last_file_id(); ++id) {
        const std::string file = paths::log_file(key, ls.ls_id(), id);
        const bool last = id == ls.last_file_id();  // of the others the next file tells how much counts
        if (sizes.count(file) == 0 && begins_there(sizes, file + "/"))
          SEABED_CHECK(expect_parts(medium, sizes, file, {last ? ls.last_file_length() : 1, !last, chosen}));
      }
    return ok();
  }

  /// A log file may be longer than what counts of it.
  Status expect(const Medium& medium, const Sizes& sizes, const std::string& directory,
                const meta::FileEntry& e, bool may_be_longer, bool chosen) {
    const std::string key = directory + e.key();
    auto it = sizes.find(key);
    if (it == sizes.end() && begins_there(sizes, key + "/")) 
      return expect_parts(medium, sizes, key, {e.size(), true, chosen});
    if (it == sizes.end()) return miss(medium, key), ok();
    const bool fits = it->second == e.size() || (may_be_longer && it->second > e.size());
    if (!fits) {
      warnings_->push_back(
          fmt::format("{} is {} bytes long, {} were written", medium.name(key), it->second, e.size()));
      return ok();
    }
    if (chosen && e.size() <= kSmall) small_.push_back({&medium, key, e.size(), e.hash128()});
    return ok();
  }

  Status expect_parts(const Medium& medium, const Sizes& sizes, const std::string& key,
                      const LogObjectDemand& demand) {
    std::vector<ListEntry> entries;
    for (auto it = sizes.lower_bound(key + "/"); it != sizes.end() && it->first.starts_with(key + "/"); ++it)
      entries.push_back({it->first, it->second});
    SEABED_TRY(const auto found,
               check_log_parts(medium, key, gather_log_parts(key, entries), demand));
    for (const LogObjectFinding& f : found) warnings_->push_back(medium.name(f.key) + " " + f.reason);
    return ok();
  }

  Status decode(const Medium& medium, const std::string& key, FileType type,
                google::protobuf::MessageLite* message) {
    auto read = medium.read_message(key, type, message);
    if (read) return ok();
    const Code code = read.error().code;
    if (code != Code::kNotFound && code != Code::kCorruption && code != Code::kUnsupported) return read;
    if (code == Code::kNotFound)
      miss(medium, key);
    else
      warnings_->push_back(read.error().message());
    return ok();
  }

  void miss(const Medium& medium, const std::string& key) {
    warnings_->push_back(medium.name(key) + " is missing");
  }

  const Media& media_;
  std::vector<std::string>* warnings_;
  std::vector<Small> small_;
};

}  // namespace

Status check_presence(const Media& media, Plan* plan) {
  Presence presence(media, &plan->warnings);
  for (const auto& reader : media.data) {
    SEABED_CHECK(presence.check_root(reader->medium()));
    for (const SetFacts& set : reader->sets())
      if (!set.success && !set.failed) SEABED_CHECK(presence.check_endless(*reader, set));
  }
  for (size_t i = 0; i < media.archives_given; ++i) SEABED_CHECK(presence.check_root(media.archive[i]->medium()));
  const std::set<size_t> sets(plan->sets.begin(), plan->sets.end()),
      pieces(plan->pieces.begin(), plan->pieces.end());
  for (size_t i = 0; i < media.bases.size(); ++i) SEABED_CHECK(presence.check_set(i, sets.count(i) != 0));
  for (size_t i = 0; i < media.spans.size(); ++i) SEABED_CHECK(presence.check_piece(i, pieces.count(i) != 0));
  return presence.prove_small();
}

}  // namespace seabed::restore
