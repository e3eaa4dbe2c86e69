/** One JMH class per question about the hot path. */
package io.overlane.bench;
