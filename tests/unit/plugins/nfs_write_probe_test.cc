// The look at a client's writes, with clients of ours.

#include <gtest/gtest.h>

#include "nfs/write_probe.h"

namespace seabed_nfs {
namespace {

struct Client {
  std::string file;
  bool there = false;
  size_t largest = 0;
  std::function<void(std::string*)> damage = [](std::string*) {};
  std::string write_error, read_error;
  ProbedClient calls(uint64_t write_size = 65536) {
    return {[this](std::string_view bytes) {
              file = bytes, there = true;
              largest = std::max(largest, bytes.size());
              damage(&file);
              return write_error;
            },
            [this](uint64_t most, std::string* bytes) {
              *bytes = file.substr(0, most);
              return read_error;
            },
            [this] { there = false; }, write_size};
  }
};

TEST(WriteProbeTest, WhatComesBackEqualPasses) {
  Client client;
  EXPECT_EQ(probe_writes(client.calls()), "");
  EXPECT_GT(client.largest, 3 * 65536u) << "several requests";
  EXPECT_NE(client.largest % 4096, 0u);
  EXPECT_FALSE(client.there);
}

TEST(WriteProbeTest, ABitBeyondFourKilobytesIsSeen) {
  Client client;
  client.damage = [](std::string* bytes) {
    if (bytes->size() > 4096) (*bytes)[4096] ^= 1;
  };
  EXPECT_NE(probe_writes(client.calls()).find("from offset 4096 on"), std::string::npos);
  EXPECT_FALSE(client.there);
}

TEST(WriteProbeTest, AWriteThatRepeatsItsFirstRequestIsSeen) {
  Client client;
  client.damage = [](std::string* bytes) {
    for (size_t i = 65536; i < bytes->size(); ++i) (*bytes)[i] = (*bytes)[i - 65536];
  };
  EXPECT_NE(probe_writes(client.calls()).find("from offset 65536 on"), std::string::npos);
}

TEST(WriteProbeTest, LostAndAddedBytesAreSeen) {
  Client client;
  client.damage = [](std::string* bytes) { bytes->pop_back(); };
  EXPECT_NE(probe_writes(client.calls()).find("4097 written bytes 4096 came back"), std::string::npos);
  client.damage = [](std::string* bytes) { bytes->push_back('x'); };
  EXPECT_NE(probe_writes(client.calls()).find("4098 came back"), std::string::npos);
}

TEST(WriteProbeTest, FailuresAreTold) {
  Client client;
  client.write_error = "no room";
  EXPECT_EQ(probe_writes(client.calls()), "a write of 4097 bytes failed: no room");
  client.write_error.clear(), client.read_error = "no file";
  EXPECT_EQ(probe_writes(client.calls()), "what was written cannot be read: no file");
  EXPECT_FALSE(client.there);
}

}  // namespace
}  // namespace seabed_nfs
