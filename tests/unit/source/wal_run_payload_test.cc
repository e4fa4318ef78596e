// A WAL run that was finished in place, read by protobuf's own parser and by ours.

#include <gtest/gtest.h>

#include <limits>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/payload.h"

namespace seabed::test {
namespace {

using namespace seabed::rocksdb_source;

TEST(WalRunPayload, FinishedInPlaceIsWhatProtobufReads) {
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max() / 2;
  const WalRunView small{1, 0, 1, true, 0, 0, {}};
  const WalRunView none{};
  const WalRunView large{kMax * 2, kMax, kMax * 2, false, kMax * 2, kMax * 2, {}};
  for (const WalRunView& numbers : {small, none, large}) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{127}, size_t{128}, size_t{3} << 20}) {
      const std::string data(size, 'd');
      std::string payload(kWalRunRoom, '?');
      payload += data;
      finish_wal_run(numbers, &payload);
      ASSERT_EQ(payload.size(), kWalRunRoom + size);
      rocksdb::WalRun read;
      ASSERT_TRUE(read.ParseFromString(payload)) << size;
      EXPECT_EQ(read.wal_number(), numbers.wal_number);
      EXPECT_EQ(read.offset(), numbers.offset);
      EXPECT_EQ(read.records(), numbers.records);
      EXPECT_EQ(read.begins_file(), numbers.begins_file);
      EXPECT_EQ(read.previous_wal(), numbers.previous_wal);
      EXPECT_EQ(read.previous_length(), numbers.previous_length);
      EXPECT_EQ(read.padding().find_first_not_of('\0'), std::string::npos);
      EXPECT_TRUE(read.data() == data);
      const auto view = decode_wal_run(payload);
      ASSERT_TRUE(view) << view.error().message();
      EXPECT_EQ(view->wal_number, numbers.wal_number);
      EXPECT_EQ(view->previous_length, numbers.previous_length);
      EXPECT_TRUE(view->data == data);
    }
  }
}

}  // namespace
}  // namespace seabed::test
