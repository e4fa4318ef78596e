#pragma once
// The objects of one set or piece on its medium, and their removal.

#include <functional>

#include "core/engine/clean/clean_look.h"
#include "core/media/paths.h"

namespace seabed::clean {

struct ItemCounts {
  uint64_t files = 0, bytes = 0;
  uint64_t streams = 0;  // log streams seen
};

class ItemObjects {
 public:
  using Io = std::function<IoContext()>;
  /// After each batch; an error stops the removal.
  using Told = std::function<Status(const ItemCounts&)>;

  /// `store` outlives it.
  static ItemObjects of_set(ObjectStore& store, const paths::SetId& set, Io io);
  static ItemObjects of_piece(ObjectStore& store, const paths::PieceKey& piece, Io io);

  /// Of the directory, by listing.
  Result<ItemCounts> count() const;
  /// First the placeholders that say it is good, then the directory in the order of its names (so stream
  /// after stream), then the start. What is missing already is a success. On a medium that only tags,
  /// everything is there afterwards, and has the tag.
  Status remove(const Told& told) const;

 private:
  ItemObjects(ObjectStore& store, Io io) : store_(store), io_(std::move(io)) {}
  Status remove_keys(const std::vector<std::string>& keys) const;
  Status remove_directory(const Told& told) const;
  Result<bool> is_tagged(const std::string& key) const;

  ObjectStore& store_;
  Io io_;
  std::string directory_, placeholders_;                    // prefixes
  std::function<int(const std::string& key)> placeholder_;  // 0: not of this item, 1: an end, 2: the start
};

}  // namespace seabed::clean
