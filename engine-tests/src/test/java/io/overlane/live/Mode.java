// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import io.overlane.ebpf.DecapHook;
import io.overlane.ebpf.BpfFastPath;
import io.overlane.fastpath.FastPath;
import java.util.function.Supplier;

/** How the kernel takes part. */
enum Mode
{
    /** The engine carries all frames. */
    OFF(() -> null),

    /** Programs at the traffic control. */
    TC(() -> new BpfFastPath(DecapHook.TC)),

    /** A program in the driver of the underlay's device decapsulates. */
    XDP(() -> new BpfFastPath(DecapHook.XDP));

    private final Supplier<FastPath> fastPath;

    Mode(final Supplier<FastPath> fastPath)
    {
        this.fastPath = fastPath;
    }

    /** A new fast path; null if there is none. */
    FastPath open()
    {
        return fastPath.get();
    }
}
