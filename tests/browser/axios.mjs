// Writes entries with axios and reads what is refused. Runs in Node, and as a script of a page.
// It is called with the axios to use, the URL of the entries, and the key of an author.

export async function run(axios, url, author) {
  const found = {};
  const entry = { char: "Ann", boolean: true, kind: "a", integer: 5, date: "2026-05-01", authors: [author] };

  const created = await axios.post(url, entry);
  const one = `${url}${created.data.id}/`;
  found.created = [created.status, created.data];
  found.put = (await axios.put(one, { ...created.data, char: "Bob", boolean: false })).data;
  found.patched = (await axios.patch(one, { date: new Date(Date.UTC(2026, 5, 1)).toJSON().slice(0, 10) })).data;
  found.read = (await axios.get(one)).data;

  const form = new FormData();
  form.append("char", "Eve");
  form.append("file", new Blob(["content"]), "note.txt");
  found.multipart = (await axios.patch(one, form)).data;
  found.urlencoded = (await axios.patch(one, new URLSearchParams({ char: "Zoe", authors: "" }))).data;
  found.postForm = (await axios.postForm(url, { char: "Form", authors: [author] }, { formSerializer: { indexes: null } })).data;

  found.refused = await refusal(axios.post(url, { ...entry, integer: "x", date: "01/05/2026", isbn: 1, authors: [0] }));
  found.incomplete = await refusal(axios.put(one, { char: "x" }));
  found.text = await refusal(axios.post(url, "x", { headers: { "Content-Type": "text/plain" } }));
  found.malformed = await refusal(axios.post(url, "{", { headers: { "Content-Type": "application/json" }, transformRequest: (data) => data }));
  found.method = await refusal(axios.put(url, entry));

  found.deleted = (await axios.delete(`${one}delete/`)).status;
  found.gone = await refusal(axios.get(one));
  return found;
}

async function refusal(request) {
  try {
    return (await request).status;
  } catch (error) {
    if (!error.response) throw error;
    const { status, data } = error.response;
    return [status, data.status, (data.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`)];
  }
}
