#pragma once
// One page of List Blobs.

#include <string>
#include <vector>

#include "service.h"

namespace seabed_azblob {

struct ListedBlob {
  std::string key;  // without the destination's prefix
  uint64_t size = 0, modified_ns = 0;
  std::string etag;
};

struct Page {
  std::vector<ListedBlob> blobs;
  std::string marker;  // of the next page, "" after the last
};

/// `include`: "" or "uncommittedblobs".
int32_t list_page(Service& service, const std::string& prefix, const std::string& marker, uint32_t max,
                  const char* include, const Context& context, Page* out, Error& error);

}  // namespace seabed_azblob
