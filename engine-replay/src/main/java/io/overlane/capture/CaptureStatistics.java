// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import org.jspecify.annotations.Nullable;

/**
 * Numbers of a capture.
 *
 * @param destination the file, or the name of the channel.
 * @param isRunning   false once it has ended, by itself or because it was closed.
 * @param records     that were written. A packet has one for each interface that it passed.
 * @param lost        records for which there was no room. The capture says the same: as drop counts of the packets
 *                    behind them, and in the statistics of the interfaces at the end of each file.
 * @param bytes       of all files so far.
 * @param files       begun so far.
 * @param end         why it ended by itself, in one line; null if it did not.
 */
public record CaptureStatistics(
    String destination, boolean isRunning, long records, long lost, long bytes, int files, @Nullable String end)
{
}
