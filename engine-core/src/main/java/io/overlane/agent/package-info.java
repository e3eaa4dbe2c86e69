/**
 * The duty cycles: agents that poll one side, carry what they got through a path, and wait when there is nothing.
 *
 * <p>A worker is an encap and a decap agent, on one thread or on two. The decap agent's thread is the one writer of
 * every table; other threads ask it through {@link io.overlane.agent.ForwarderProxy}. Which ports the encap agent polls
 * is its thread's own; both take commands between two batches.
 */
package io.overlane.agent;
