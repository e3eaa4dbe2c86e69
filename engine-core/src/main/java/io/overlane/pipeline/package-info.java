/**
 * The way of a frame through the engine, in the two directions.
 *
 * <pre>
 *  Port.poll ─► VxlanEncapPath ─► Suppress ──known──► answer to the port
 *                    │ Fdb / FloodList, FloodLimit
 *                    ├─► SendQueue ─► Underlay.send
 *                    └─► LocalSwitch ─► Port.offer, where a segment has several
 *
 *  Underlay.poll ─► VxlanDecapPath ─► Segment ─► Fdb.learn ─► OfferQueue ─► Port.offer
 * </pre>
 *
 * {@code IpEncapPath} and {@code IpDecapPath} are the same for bare IP packets, with routes in the place of the FDB. A
 * path owns the flyweights it needs, runs on one thread, and leaves every frame with exactly one fate in its counters.
 */
package io.overlane.pipeline;
