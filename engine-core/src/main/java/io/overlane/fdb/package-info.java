// SPDX-License-Identifier: Apache-2.0
/**
 * The forwarding database: behind which remote a MAC address of a segment lives, and who said so.
 */
@NullMarked
package io.overlane.fdb;

import org.jspecify.annotations.NullMarked;
