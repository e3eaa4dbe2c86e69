// SPDX-License-Identifier: Apache-2.0
/**
 * Values for MACs, IP addresses, prefixes, VNIs and tunnel endpoints.
 *
 * <p>On the hot path these are primitives: a MAC is the low 48 bits of a {@code long}, an IP address
 * two {@code long}s (IPv4 in its IPv4-mapped IPv6 form), a VNI an {@code int}.
 */
@NullMarked
package io.overlane.address;

import org.jspecify.annotations.NullMarked;
