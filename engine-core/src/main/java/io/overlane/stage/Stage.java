// SPDX-License-Identifier: Apache-2.0
package io.overlane.stage;

/**
 * Decides about frames on their way through an engine. {@code OverlayEngine.stages()} adds and removes stages while
 * frames flow.
 *
 * <p><b>Place.</b> On the way from a port: behind the checks of the engine (what the port refused, lengths, VLAN tags,
 * the MTU of the port, partial checksums), before it learns the station behind the port, answers ARP requests and looks
 * up the destination. On the way from the underlay: behind the checks of the tunnel header, of the outer source and of
 * the VLAN policy, before the checks of the source MAC, before learning, before congestion marks are carried into the
 * inner header and VLAN tags are taken off. So nothing is learned from a frame that a stage drops. In an IP network:
 * behind the checks of the packet, before the route is looked up or the time to live counted down.
 *
 * <p><b>Threads.</b> The engine's threads call it, one for each direction and queue. A stage for both directions, or
 * for an engine with several queues, must be thread-safe. Frames wait meanwhile: a stage must not block, and should not
 * allocate.
 *
 * <p><b>Errors.</b> If a stage throws, or changes what {@link StageFrame} says it must not change, its frame is dropped
 * as {@code stage-error} and the engine goes on. The error handler gets the first error of a stage, and then one a
 * minute.
 */
@FunctionalInterface
public interface Stage
{
    /**
     * Decide about a frame. Without a decision it passes.
     *
     * @param frame a view that is valid until this method returns, and so is the memory of the frame.
     */
    void onFrame(StageFrame frame);
}
