// SPDX-License-Identifier: Apache-2.0
/**
 * How the engine learns where MAC addresses are, and how it reports addresses that it looked up and did not find.
 * Threads that do not write the tables hand what they see to the one that does, through a ring.
 */
package io.overlane.pipeline.learning;
