// SPDX-License-Identifier: Apache-2.0
/**
 * The engine: its settings, its launch, its threads, and its changes while it runs.
 *
 * <p>A worker is an encap agent and a decap agent, on one thread or on two. An agent polls one side, carries its frames
 * or datagrams through a path, and waits when there are none. The thread of the first queue's decap agent is the only
 * writer of the tables; other threads send it changes through {@link EngineControl}. The encap agent's thread owns the
 * list of the ports that it polls. Both agents run commands between two batches.
 */
@NullMarked
package io.overlane.engine;

import org.jspecify.annotations.NullMarked;
