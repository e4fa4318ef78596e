/* The ABI's layout on 64-bit machines, frozen: a number that changes here breaks every driver that a vendor shipped.
 * Fields may be added at the end of structs that begin with struct_size; then only their total size changes. */
#include "seabed/seabed.h"

#define AT(type, member, offset) _Static_assert(offsetof(type, member) == offset, #type "." #member " moved")
#define SIZE(type, size) _Static_assert(sizeof(type) == size, "the size of " #type " changed")

SIZE(seabed_buffer, 16);
AT(seabed_buffer, data, 0);
AT(seabed_buffer, size, 8);

SIZE(seabed_text, 24);
AT(seabed_text, data, 0);
AT(seabed_text, capacity, 8);
AT(seabed_text, size, 16);

SIZE(seabed_error, 728);
AT(seabed_error, struct_size, 0);
AT(seabed_error, code, 4);
AT(seabed_error, retry, 8);
AT(seabed_error, retry_after_ms, 12);
AT(seabed_error, http_status, 16);
AT(seabed_error, os_error, 20);
AT(seabed_error, vendor_code, 24);
AT(seabed_error, request_id, 88);
AT(seabed_error, message, 216);

SIZE(seabed_context, 48);
AT(seabed_context, struct_size, 0);
AT(seabed_context, priority, 4);
AT(seabed_context, deadline_ns, 8);
AT(seabed_context, trace_id, 16);
AT(seabed_context, cancelled, 24);
AT(seabed_context, cancel_data, 32);
AT(seabed_context, completion, 40);

SIZE(seabed_capabilities, 64);
AT(seabed_capabilities, struct_size, 0);
AT(seabed_capabilities, flags, 4);
AT(seabed_capabilities, max_put_bytes, 8);
AT(seabed_capabilities, min_part_bytes, 16);
AT(seabed_capabilities, max_part_bytes, 24);
AT(seabed_capabilities, max_object_bytes, 32);
AT(seabed_capabilities, max_parts, 40);
AT(seabed_capabilities, max_delete_batch, 44);
AT(seabed_capabilities, max_key_length, 48);
AT(seabed_capabilities, max_list_page, 52);
AT(seabed_capabilities, max_tags, 56);
AT(seabed_capabilities, threads, 60);

SIZE(seabed_key, 48);
AT(seabed_key, struct_size, 0);
AT(seabed_key, type, 4);
AT(seabed_key, flags, 8);
AT(seabed_key, name, 16);
AT(seabed_key, default_value, 24);
AT(seabed_key, help, 32);
AT(seabed_key, choices, 40);

SIZE(seabed_pair, 24);
AT(seabed_pair, key, 0);
AT(seabed_pair, value, 8);
AT(seabed_pair, flags, 16);
AT(seabed_pair, reserved, 20);

SIZE(seabed_open_args, 32);
AT(seabed_open_args, struct_size, 0);
AT(seabed_open_args, pair_count, 4);
AT(seabed_open_args, scheme, 8);
AT(seabed_open_args, location, 16);
AT(seabed_open_args, pairs, 24);

SIZE(seabed_host, 48);
AT(seabed_host, struct_size, 0);
AT(seabed_host, abi_major, 4);
AT(seabed_host, abi_minor, 6);
AT(seabed_host, name, 8);
AT(seabed_host, version, 16);
AT(seabed_host, log, 24);
AT(seabed_host, wall_clock_ns, 32);
AT(seabed_host, extension, 40);

SIZE(seabed_object_stat, 280);
AT(seabed_object_stat, struct_size, 0);
AT(seabed_object_stat, reserved, 4);
AT(seabed_object_stat, size, 8);
AT(seabed_object_stat, modified_ns, 16);
AT(seabed_object_stat, etag, 24);

SIZE(seabed_list_entry, 32);
AT(seabed_list_entry, struct_size, 0);
AT(seabed_list_entry, reserved, 4);
AT(seabed_list_entry, key, 8);
AT(seabed_list_entry, size, 16);
AT(seabed_list_entry, modified_ns, 24);

SIZE(seabed_upload_entry, 32);
AT(seabed_upload_entry, struct_size, 0);
AT(seabed_upload_entry, reserved, 4);
AT(seabed_upload_entry, key, 8);
AT(seabed_upload_entry, upload_id, 16);
AT(seabed_upload_entry, started_ns, 24);

SIZE(seabed_part, 272);
AT(seabed_part, struct_size, 0);
AT(seabed_part, number, 4);
AT(seabed_part, size, 8);
AT(seabed_part, tag, 16);

SIZE(seabed_put_options, 24);
AT(seabed_put_options, struct_size, 0);
AT(seabed_put_options, flags, 4);
AT(seabed_put_options, part_bytes, 8);
AT(seabed_put_options, total_bytes, 16);

SIZE(seabed_driver_v1, 184);
AT(seabed_driver_v1, struct_size, 0);
AT(seabed_driver_v1, abi_major, 4);
AT(seabed_driver_v1, abi_minor, 6);
AT(seabed_driver_v1, name, 8);
AT(seabed_driver_v1, version, 16);
AT(seabed_driver_v1, schemes, 24);
AT(seabed_driver_v1, keys, 32);
AT(seabed_driver_v1, capabilities, 40);
AT(seabed_driver_v1, open, 48);
AT(seabed_driver_v1, close, 56);
AT(seabed_driver_v1, stat, 64);
AT(seabed_driver_v1, read_at, 72);
AT(seabed_driver_v1, put, 80);
AT(seabed_driver_v1, upload_begin, 88);
AT(seabed_driver_v1, upload_part, 96);
AT(seabed_driver_v1, upload_complete, 104);
AT(seabed_driver_v1, upload_abort, 112);
AT(seabed_driver_v1, list, 120);
AT(seabed_driver_v1, remove, 128);
AT(seabed_driver_v1, append, 136);
AT(seabed_driver_v1, get_tags, 144);
AT(seabed_driver_v1, set_tags, 152);
AT(seabed_driver_v1, list_uploads, 160);
AT(seabed_driver_v1, list_parts, 168);
AT(seabed_driver_v1, extension, 176);

SIZE(seabed_range, 32);
AT(seabed_range, offset, 0);
AT(seabed_range, buffer, 8);
AT(seabed_range, size, 16);
AT(seabed_range, out_size, 24);

SIZE(seabed_read_ranges_v1, 16);
AT(seabed_read_ranges_v1, struct_size, 0);
AT(seabed_read_ranges_v1, max_ranges, 4);
AT(seabed_read_ranges_v1, read_ranges, 8);

SIZE(seabed_server_copy_v1, 24);
AT(seabed_server_copy_v1, struct_size, 0);
AT(seabed_server_copy_v1, reserved, 4);
AT(seabed_server_copy_v1, max_copy_bytes, 8);
AT(seabed_server_copy_v1, copy, 16);

/* The values are part of the ABI as well. */
_Static_assert(SEABED_OK == 0 && SEABED_NOT_FOUND == 2 && SEABED_CONFLICT == 6 && SEABED_INTERNAL == 13, "codes moved");
_Static_assert(SEABED_RETRY_TRANSIENT == 1 && SEABED_RETRY_OUTCOME_UNKNOWN == 3, "retry classes moved");
_Static_assert(SEABED_CAP_APPEND == 1 && SEABED_CAP_CONDITIONAL_COMPLETE == 128, "capabilities moved");
_Static_assert(SEABED_KEY_CHOICE == 6 && SEABED_KEY_REQUIRED == 2 && SEABED_PUT_IF_ABSENT == 1, "values moved");

int seabed_abi_layout_is_checked; /* a translation unit must not be empty */
