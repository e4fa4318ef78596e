#ifndef SEABED_STAMP_HPP_
#define SEABED_STAMP_HPP_
// seabed::stamp(batch, scn): one line before db->Write(). Works with any batch that has PutLogData (rocksdb::WriteBatch,
// WriteBatchWithIndex, a Transaction) and whose blob type is built from (const char*, size_t), like rocksdb::Slice.
#include <string_view>
#include <type_traits>

#include "seabed/stamp.h"

namespace seabed {

namespace stamp_detail {
/// Whatever PutLogData takes, from bytes that live as long as this.
struct Bytes {
  const char* data;
  template <class Blob, class = std::enable_if_t<std::is_constructible_v<Blob, const char*, size_t>>>
  operator Blob() const {
    return Blob(data, SEABED_STAMP_SIZE);
  }
};
}  // namespace stamp_detail

/// `scn_ns`: nanoseconds since the epoch, the same in every database that the step touches.
template <class Batch>
decltype(auto) stamp(Batch& batch, uint64_t scn_ns) {
  unsigned char bytes[SEABED_STAMP_SIZE];
  seabed_stamp(scn_ns, bytes);
  return batch.PutLogData(stamp_detail::Bytes{reinterpret_cast<const char*>(bytes)});
}

}  // namespace seabed

#endif
