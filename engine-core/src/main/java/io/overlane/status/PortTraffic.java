// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import java.util.concurrent.atomic.AtomicLongArray;

/** Frames and bytes that one thread took from a port and gave to it. Any thread reads. */
public final class PortTraffic
{
    /** The words around the counters keep other objects, and so other threads, out of their cache lines. */
    private static final int PADDING = 8;

    private static final int FRAMES_IN = PADDING;
    private static final int BYTES_IN = PADDING + 1;
    private static final int FRAMES_OUT = PADDING + 2;
    private static final int BYTES_OUT = PADDING + 3;
    private static final int LENGTH = PADDING + 4 + PADDING;

    private final AtomicLongArray words = new AtomicLongArray(LENGTH);

    PortTraffic()
    {
    }

    /**
     * @param frames that the port returned from a poll; a super-frame counts as the number of its segments.
     * @param length their bytes.
     */
    public void onIn(final long frames, final long length)
    {
        add(FRAMES_IN, frames);
        add(BYTES_IN, length);
    }

    /**
     * @param frames that the port took, copies and answers included.
     * @param length their bytes.
     */
    public void onOut(final long frames, final long length)
    {
        add(FRAMES_OUT, frames);
        add(BYTES_OUT, length);
    }

    /** @return what came from the port. */
    Volume in()
    {
        return new Volume(words.get(FRAMES_IN), words.get(BYTES_IN));
    }

    /** @return what the port took. */
    Volume out()
    {
        return new Volume(words.get(FRAMES_OUT), words.get(BYTES_OUT));
    }

    private void add(final int index, final long value)
    {
        words.setRelease(index, words.getPlain(index) + value);
    }
}
