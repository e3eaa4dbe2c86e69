// SPDX-License-Identifier: Apache-2.0
/**
 * Addresses as values: what a MAC, an IP address, a prefix, a VNI and a tunnel endpoint are, without behaviour.
 *
 * <p>On the hot path the same things travel as primitives: a MAC is the low 48 bits of a {@code long}, an IP address
 * two {@code long}s (IPv4 in its IPv4-mapped IPv6 form), a VNI an {@code int}.
 */
@NullMarked
package io.overlane.address;

import org.jspecify.annotations.NullMarked;
