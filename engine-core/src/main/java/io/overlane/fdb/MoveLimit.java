// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import io.overlane.control.FdbContext;
import java.util.concurrent.TimeUnit;

/**
 * Limits how often an entry may move: an entry that two remotes claim in turn is a loop or a forgery, and each move
 * costs work.
 */
final class MoveLimit
{
    private final EntryRecords records;
    private final int maxMoves;
    private final long windowMs;
    private final long pinMs;

    MoveLimit(final EntryRecords records, final FdbContext context)
    {
        this.records = records;
        maxMoves = context.maxMoves();
        windowMs = TimeUnit.NANOSECONDS.toMillis(context.moveWindowNs());
        pinMs = TimeUnit.NANOSECONDS.toMillis(context.pinNs());
    }

    /** Count a move and permit it, unless it is above the limit: then the entry is pinned for a while. */
    boolean mayMove(final int slot, final long nowMs)
    {
        if (maxMoves == 0)
        {
            return true;
        }
        final int moves = records.moves(slot);
        final long sinceMs = records.movesSinceMs(slot);
        final boolean isPinned = moves > maxMoves;
        if (isPinned && nowMs - sinceMs < 0)
        {
            return false;
        }
        if (isPinned || nowMs - sinceMs >= windowMs)
        {
            records.moves(slot, nowMs, 1);
            return true;
        }
        final boolean isOnceTooOften = moves == maxMoves;
        records.moves(slot, isOnceTooOften ? nowMs + pinMs : sinceMs, moves + 1);
        return !isOnceTooOften;
    }
}
