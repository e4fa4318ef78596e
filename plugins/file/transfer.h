#pragma once
// Bytes in and out of descriptors, in steps that look at deadline and cancel.

#include <cstdint>

#include "file_error.h"
#include "seabed/store.hpp"

namespace seabed_file {

using seabed::sdk::Buffers;

uint64_t total_size(Buffers buffers);
/// All of it at `offset`, but for the first `skip` bytes that are there already; no copies. Starts the write-back as it goes, so that the sync at the end finds
/// little to do.
int32_t write_at(int fd, uint64_t offset, Buffers buffers, const Context& context, Error& error, uint64_t skip = 0);
/// Fewer bytes than `size` only at the end of the file.
int32_t read_at(int fd, uint64_t offset, void* buffer, size_t size, const Context& context, size_t* out,
                Error& error);
/// From file to file inside the kernel (copy_file_range, else by reading and writing).
int32_t copy_range(int from, uint64_t from_offset, int to, uint64_t to_offset, uint64_t size,
                   const Context& context, Error& error);

}  // namespace seabed_file
