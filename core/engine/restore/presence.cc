// What a restore could do without and would not miss by itself: told as warnings before it begins. One listing a set
// and piece, no file is read.

#include <spdlog/fmt/fmt.h>

#include <map>

#include "core/engine/restore/plan.h"

namespace seabed::restore {
namespace {

using Sizes = std::map<std::string, uint64_t>;

Result<Sizes> list_sizes(const Medium& medium, const std::string& prefix) {
  SEABED_TRY(auto entries, medium.list(prefix));
  Sizes sizes;
  for (const ListEntry& e : entries) sizes[e.key] = e.size;
  return sizes;
}

class Presence {
 public:
  Presence(const Media& media, std::vector<std::string>* warnings) : media_(media), warnings_(warnings) {}

  Status check_set(size_t index) {
    const SetFacts& set = *media_.base_media[index].set;
    const Medium& medium = media_.data[media_.bases[index].source]->medium();
    SEABED_TRY(Sizes sizes, list_sizes(medium, paths::set_dir(set.id)));
    for (const meta::FileEntry& e : set.descriptor.files()) expect(medium, sizes, paths::set_dir(set.id), e, false);
    return expect_object(medium, paths::set_start(set.id));
  }

  Status check_piece(size_t index) {
    const PieceMedia& piece = media_.piece_media[index];
    const Medium& medium = media_.archive[piece.archive]->medium();
    const paths::PieceKey& key = piece.facts.key;
    SEABED_TRY(Sizes sizes, list_sizes(medium, paths::piece_dir(key)));
    for (const meta::FileEntry& e : piece.facts.descriptor.files()) expect(medium, sizes, paths::piece_dir(key), e, true);
    if (!piece.facts.frozen && sizes.count(paths::tenant_piece_infos(key)) == 0) miss(medium, paths::tenant_piece_infos(key));
    const std::string folds = paths::schema_meta_dir(key);
    const bool fold = sizes.lower_bound(folds) != sizes.end() && sizes.lower_bound(folds)->first.starts_with(folds);
    for (const meta::LsPieceProgress& ls : piece.facts.descriptor.ls())
      if (ls.ls_id() == 1 && ls.first_file_id() != 0 && !fold) miss(medium, folds);
    return expect_object(medium, paths::round_start(key.dest, key.round));
  }

  Status check_root(const Medium& medium) {
    SEABED_TRY(bool any, any_object(*medium.store, paths::check_files(), medium.io()));
    if (!any) miss(medium, paths::check_files());
    return ok();
  }

 private:
  /// A log file may be longer than what counts of it.
  void expect(const Medium& medium, const Sizes& sizes, const std::string& directory, const meta::FileEntry& e,
              bool may_be_longer) {
    auto it = sizes.find(directory + e.key());
    if (it == sizes.end()) return miss(medium, directory + e.key());
    if (it->second == e.size() || (may_be_longer && it->second > e.size())) return;
    warnings_->push_back(fmt::format("{} is {} bytes long, {} were written", medium.name(it->first), it->second, e.size()));
  }
  Status expect_object(const Medium& medium, const std::string& key) {
    auto stat = medium.store->stat(key, medium.io());
    if (stat) return ok();
    if (stat.error().code != Code::kNotFound) return fail(stat.error());
    miss(medium, key);
    return ok();
  }
  void miss(const Medium& medium, const std::string& key) { warnings_->push_back(medium.name(key) + " is missing"); }

  const Media& media_;
  std::vector<std::string>* warnings_;
};

}  // namespace

Status check_presence(const Media& media, Plan* plan) {
  Presence presence(media, &plan->warnings);
  for (const auto& reader : media.data) SEABED_CHECK(presence.check_root(reader->medium()));
  for (const auto& reader : media.archive) SEABED_CHECK(presence.check_root(reader->medium()));
  for (size_t i : plan->sets) SEABED_CHECK(presence.check_set(i));
  for (size_t i : plan->pieces) SEABED_CHECK(presence.check_piece(i));
  return ok();
}

}  // namespace seabed::restore
