// SPDX-License-Identifier: Apache-2.0
package io.overlane.fastpath;

import io.overlane.address.Vtep;
import io.overlane.status.Volume;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a fast path has and did. The counts are those since it was opened.
 *
 * @param mode     how it works, in a word: {@code tc}.
 * @param programs that carry frames.
 * @param links    places where programs run.
 * @param remotes  those that stations are or were behind.
 */
public record FastPathReport(String mode, List<Program> programs, List<Link> links, List<Remote> remotes)
{
    /**
     * A program.
     *
     * @param name         its name in the kernel.
     * @param id           its number in the kernel.
     * @param instructions number of slots of eight bytes.
     * @param carried      frames that it carried.
     * @param listing      a line for each instruction, with labels and comments.
     */
    public record Program(String name, int id, int instructions, Volume carried, String listing)
    {
    }

    /**
     * A program at a device.
     *
     * @param device  name of the device when the program was attached.
     * @param ifindex number of the device in its network namespace.
     * @param place   where the program runs, as {@code bpftool} names it: {@code tcx/ingress}, {@code tcx/egress}.
     * @param id      number of the link in the kernel.
     * @param program number of the program in the kernel.
     */
    public record Link(String device, int ifindex, String place, int id, int program)
    {
    }

    /**
     * A remote.
     *
     * @param vtep    its address and UDP port.
     * @param whyNot  the reason why the engine carries all frames to it and from it, in a few words: the host's route
     *                to it leaves by another device than that of the underlay, for example. Null if the fast path
     *                carries them.
     * @param longest bytes of a frame to it at most, with the Ethernet header; the engine carries longer ones.
     * @param encap   frames to it that were carried.
     * @param decap   frames from it that were carried.
     */
    public record Remote(Vtep vtep, @Nullable String whyNot, int longest, Volume encap, Volume decap)
    {
    }
}
