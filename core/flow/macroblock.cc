#include "core/flow/macroblock.h"

namespace seabed {

std::string page_hash(std::string_view page) {
  const Hash128 hash = hash128(page);
  return std::string(view(hash).substr(hash.size() - kPageHashSize));
}

void FileHasher::update(std::string_view bytes) {
  file_.update(bytes);
  block_.update(bytes);
  while (!bytes.empty()) {
    const std::string_view page = bytes.substr(0, kPageSize);
    last_page_ = page_hash(page);
    pages_ += last_page_;
    bytes.remove_prefix(page.size());
  }
}

BlockHashes FileHasher::end_block() {
  BlockHashes out{std::move(pages_), block_.digest()};
  pages_.clear();
  block_ = Hasher128();
  return out;
}

}  // namespace seabed
