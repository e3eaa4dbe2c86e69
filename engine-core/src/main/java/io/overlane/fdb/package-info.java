// SPDX-License-Identifier: Apache-2.0
/**
 * The forwarding database: which destination each MAC address of a segment has, and who configured that.
 */
@NullMarked
package io.overlane.fdb;

import org.jspecify.annotations.NullMarked;
