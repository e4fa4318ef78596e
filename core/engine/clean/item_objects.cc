#include "core/engine/clean/item_objects.h"

#include <algorithm>

namespace seabed::clean {
namespace {

constexpr int kPasses = 3;
constexpr uint32_t kPage = 1000;

uint64_t stream_of(const std::string& key, const std::string& directory) {
  const std::string mark = directory + "logstream_";
  return key.starts_with(mark) ? std::strtoull(key.c_str() + mark.size(), nullptr, 10) : 0;
}

/// Names rise, so a stream's objects lie together.
class Counter {
 public:
  explicit Counter(const std::string& directory) : directory_(directory) {}
  void add(const ListEntry& entry) {
    ++counts.files, counts.bytes += entry.size;
    const uint64_t stream = stream_of(entry.key, directory_);
    if (stream != 0 && stream != last_) ++counts.streams;
    if (stream != 0) last_ = stream;
  }
  ItemCounts counts;

 private:
  const std::string& directory_;
  uint64_t last_ = 0;
};

}  // namespace

ItemObjects ItemObjects::of_set(ObjectStore& store, const paths::SetId& set, Io io) {
  ItemObjects out(store, std::move(io));
  out.directory_ = paths::set_dir(set);
  out.placeholders_ = paths::backup_sets();
  out.placeholder_ = [id = set.id](const std::string& key) {
    const auto p = paths::parse_set_placeholder(key);
    if (!p || p->set.id != id) return 0;
    return p->what == paths::SetPlaceholder::kStart ? 2 : 1;
  };
  return out;
}

ItemObjects ItemObjects::of_piece(ObjectStore& store, const paths::PieceKey& piece, Io io) {
  ItemObjects out(store, std::move(io));
  out.directory_ = paths::piece_dir(piece);
  out.placeholders_ = paths::pieces();
  out.placeholder_ = [piece](const std::string& key) {
    const auto p = paths::parse_piece_placeholder(key);
    if (!p || p->piece != piece) return 0;
    return p->end ? 1 : 2;
  };
  return out;
}

Result<ItemCounts> ItemObjects::count() const {
  Counter counter(directory_);
  std::string token;
  do {
    SEABED_TRY(const ListPage page, store_.list(directory_, token, kPage, io_()));
    for (const auto& entry : page.entries) counter.add(entry);
    token = page.next;
  } while (!token.empty());
  return counter.counts;
}

Status ItemObjects::remove(const Told& told) const {
  SEABED_TRY(const auto entries, list_all(store_, placeholders_, io_()));
  std::vector<std::string> ends, starts;
  for (const auto& entry : entries)
    if (const int what = placeholder_(entry.key)) (what == 1 ? ends : starts).push_back(entry.key);
  SEABED_CHECK(remove_keys(ends));
  SEABED_CHECK(remove_directory(told));
  return remove_keys(starts);
}

Status ItemObjects::remove_keys(const std::vector<std::string>& keys) const {
  const size_t most = std::max<size_t>(1, store_.capabilities().max_delete_batch);
  for (size_t at = 0; at < keys.size(); at += most) {
    const std::span batch(keys.data() + at, std::min(most, keys.size() - at));
    SEABED_TRY(const auto results, store_.remove(batch, io_()));
    for (const auto& result : results)
      if (!result && result.error().code != Code::kNotFound) return fail(result.error());
  }
  return ok();
}

Status ItemObjects::remove_directory(const Told& told) const {
  for (int pass = 0; pass < kPasses; ++pass) {
    Counter counter(directory_);
    std::string token, first;
    do {
      SEABED_TRY(const ListPage page, store_.list(directory_, token, kPage, io_()));
      std::vector<std::string> keys;
      for (const auto& entry : page.entries) keys.push_back(entry.key), counter.add(entry);
      SEABED_CHECK(remove_keys(keys));
      if (!keys.empty() && told) SEABED_CHECK(told(counter.counts));
      token = page.next;
    } while (!token.empty());
    // A page that was emptied may hide what followed it; a medium that only tags shows everything again.
    SEABED_TRY(const ListPage rest, store_.list(directory_, "", 1, io_()));
    if (rest.entries.empty()) return ok();
    SEABED_TRY(const bool tagged, is_tagged(rest.entries.front().key));
    if (tagged) return ok();
  }
  return fail(Code::kUnavailable, store_.describe() + "/" + directory_,
              "objects are there again after their deletion",
              "look whether something still writes there; the next run goes on");
}

Result<bool> ItemObjects::is_tagged(const std::string& key) const {
  if (!store_.capabilities().tags) return false;
  const auto tags = store_.get_tags(key, io_());
  if (!tags && tags.error().code == Code::kNotFound) return false;
  if (!tags) return fail(tags.error());
  return std::ranges::find(*tags, std::pair<std::string, std::string>("delete_mode", "tagging")) !=
         tags->end();
}

}  // namespace seabed::clean
