/**
 * The whole: settings in, a running engine out, and segments that come and go.
 */
package io.overlane.engine;
