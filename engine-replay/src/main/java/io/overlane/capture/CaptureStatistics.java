// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import org.jspecify.annotations.Nullable;

/**
 * Numbers of a capture.
 *
 * @param destination the file, or the name of the channel.
 * @param isRunning   false once it has ended, by itself or because it was closed.
 * @param records     that were written. A packet has one for each interface that it passed.
 * @param lost        records for which there was no room: the sum of what the statistics of the interfaces at the end
 *                    of each file have. The drop count of a packet has those before it, and the comment of the
 *                    statistics, {@code lost-behind-last-packet=12}, those behind the last packet of an interface.
 * @param bytes       of all files so far.
 * @param files       begun so far.
 * @param end         why it ended by itself, in one line; null if it did not.
 */
public record CaptureStatistics(
    String destination, boolean isRunning, long records, long lost, long bytes, int files, @Nullable String end)
{
}
