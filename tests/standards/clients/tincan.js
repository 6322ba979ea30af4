// TinCanJS at work: `node tincan.js FOLDER ENDPOINT KEY SECRET VERSION`. Writes what it was told as JSON.
const [folder, endpoint, username, password, version] = process.argv.slice(2);
const TinCan = require(`${folder}/node_modules/tincanjs`);

const agent = new TinCan.Agent({mbox: "mailto:ada@example.org"});
const activity = new TinCan.Activity({id: "http://example.org/things/tincanjs"});
const verb = new TinCan.Verb({id: "http://example.org/verbs/did"});
const made = () => new TinCan.Statement({actor: agent, verb, object: activity});
const lrs = new TinCan.LRS({endpoint, username, password, version, allowFail: false});

// A method of the library; an error is the status of the answer.
const asked = (name, ...rest) => new Promise((done) => {
  const options = rest.pop();
  lrs[name](...rest, {...options, callback: (error, value) => done({error, value})});
});

async function statements() {
  const sent = [made(), made(), made()];
  await asked("saveStatement", sent[0], {});
  await asked("saveStatements", sent.slice(1), {});
  const found = (await asked("retrieveStatement", sent[0].id, {})).value;
  const pages = [];
  let page = (await asked("queryStatements", {params: {agent, verb, activity, limit: 2, ascending: true}})).value;
  for (;;) {
    pages.push(page.statements.map((one) => one.id));
    if (!page.more) break;
    page = (await asked("moreStatements", {url: page.more})).value;
  }
  const target = new TinCan.StatementRef({id: sent[0].id});
  const voided = {id: "http://adlnet.gov/expapi/verbs/voided"};
  await asked("saveStatement", new TinCan.Statement({actor: agent, verb: voided, target}), {});
  return {sent: sent.map((one) => one.id), found: found.id, pages,
    voided: (await asked("retrieveVoidedStatement", sent[0].id, {})).value.id,
    gone: (await asked("retrieveStatement", sent[0].id, {})).error};
}

async function documents() {
  const json = {contentType: "application/json"};
  const whose = {agent, activity};
  await asked("saveState", "bookmark", '{"page": 1}', {...json, ...whose});
  const state = (await asked("retrieveState", "bookmark", whose)).value;
  await asked("saveActivityProfile", "one", '{"a": 1}', {...json, activity});
  const profile = (await asked("retrieveActivityProfile", "one", {activity})).value;
  await asked("saveActivityProfile", "one", '{"b": 2}', {...json, activity, lastSHA1: profile.etag.replace(/"/g, "")});
  const stale = await asked("saveActivityProfile", "one", '{"c": 3}', {...json, activity, lastSHA1: "0".repeat(40)});
  await asked("saveAgentProfile", "one", '{"d": 4}', {...json, agent});
  const told = {state: state.contents, stale: stale.error,
    states: (await asked("retrieveStateIds", whose)).value,
    activityProfile: (await asked("retrieveActivityProfile", "one", {activity})).value.contents,
    agentProfile: (await asked("retrieveAgentProfile", "one", {agent})).value.contents,
    agentProfiles: (await asked("retrieveAgentProfileIds", {agent})).value};
  await asked("dropState", "bookmark", whose);
  told.stateGone = (await asked("retrieveState", "bookmark", whose)).value;
  return told;
}

async function main() {
  const about = (await asked("about", {})).value;
  return {versions: about.version, ...(await statements()), ...(await documents())};
}

main().then((told) => process.stdout.write(JSON.stringify(told)));
